namespace Orleans.Cache.Engine.Replication;

/// <summary>What a command did.</summary>
internal readonly struct CommandEffect
{
    /// <summary>Any hash of the key, the same for equal keys.</summary>
    public required ulong KeyHash { get; init; }

    /// <summary>The state after it, for other copies; empty if nothing changed.</summary>
    public ReadOnlyMemory<byte> Change { get; init; }

    /// <summary>For the caller. Not changed afterwards.</summary>
    public required ReadOnlyMemory<byte> Result { get; init; }
}
