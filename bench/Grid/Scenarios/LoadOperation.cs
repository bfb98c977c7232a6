namespace Orleans.Cache.GridBench.Scenarios;

/// <summary>What an operation of a load does.</summary>
internal enum LoadOperation
{
    /// <summary>Reads a random key, which is there.</summary>
    Get,

    /// <summary>Writes a random key.</summary>
    Set,
}
