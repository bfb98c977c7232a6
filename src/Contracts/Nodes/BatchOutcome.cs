namespace Orleans.Cache.Contracts.Nodes;

/// <summary>What became of a batch as a whole. The numbers are on the wire: append-only.</summary>
[GenerateSerializer, Alias("orleans.cache.batch-outcome")]
public enum BatchOutcome
{
    /// <summary>Executed; each operation has its own result.</summary>
    Executed = 0,

    /// <summary>Not executed: this silo is not the one it was meant for.</summary>
    WrongSilo = 1,

    /// <summary>Not executed: the grid has no cache of that name.</summary>
    UnknownCache = 2,

    /// <summary>Not executed: the batch cannot be read.</summary>
    Malformed = 3,

    /// <summary>The silo failed to execute it; some of it may have been done. Only on data connections: else the call ends with the silo's exception.</summary>
    Failed = 4,
}
