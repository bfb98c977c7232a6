namespace Orleans.Cache.Engine.Replication;

/// <summary>What a command did.</summary>
internal readonly struct CommandEffect
{
    /// <summary>Any hash of the key, the same for equal keys.</summary>
    public required ulong KeyHash { get; init; }

    /// <summary>Whether it changed anything.</summary>
    public required bool HasChanged { get; init; }

    /// <summary>Whether other keys may have changed with it, so that whoever reads any of them has seen it.</summary>
    public bool IsOfAllKeys { get; init; }

    /// <summary>The state after it, for other copies; may be empty where nothing changed, and while <see cref="ReplicationCopy.IsAlone"/>.</summary>
    public ReadOnlyMemory<byte> Change { get; init; }

    /// <summary>For the caller, and for repetitions of an operation with an id. Not changed afterwards.</summary>
    public ReadOnlyMemory<byte> Result { get; init; }
}
