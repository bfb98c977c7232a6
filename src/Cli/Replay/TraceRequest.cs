namespace Orleans.Cache.Cli.Replay;

/// <summary>One line of a trace.</summary>
/// <param name="Key">The key's bytes, its prefix included.</param>
/// <param name="ValueBytes">The size of the value, where the line names one.</param>
internal readonly record struct TraceRequest(byte[] Key, int? ValueBytes);
