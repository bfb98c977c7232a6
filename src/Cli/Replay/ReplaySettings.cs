namespace Orleans.Cache.Cli.Replay;

/// <summary>How a trace is replayed.</summary>
internal sealed record ReplaySettings
{
    /// <summary>The size of a value whose line names none.</summary>
    /// <value>Bytes; 0 to <see cref="TraceReader.MaxValueBytes"/>. Default: 100.</value>
    public int ValueBytes { get; init; } = 100;

    /// <summary>How many requests are under way at once.</summary>
    /// <value>1 to 65,536; with 1 the order is strictly that of the trace. Default: 64.</value>
    public int Concurrency { get; init; } = 64;

    /// <summary>After how many requests to stop.</summary>
    /// <value>1 or more. Default: none, at the end of the trace.</value>
    public long? Limit { get; init; }

    /// <summary>How long the entries live.</summary>
    /// <value>Default: what the cache's settings say.</value>
    public TimeSpan? TimeToLive { get; init; }
}
