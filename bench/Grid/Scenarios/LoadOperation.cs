namespace Orleans.Cache.GridBench.Scenarios;

/// <summary>What an operation of a load does. Keys are random, and all are there.</summary>
internal enum LoadOperation
{
    /// <summary>Reads a key; each is as likely.</summary>
    Get,

    /// <summary>Writes a key; each is as likely.</summary>
    Set,

    /// <summary>Reads nine times of ten and writes else, keys by Zipf's law with exponent 0.99.</summary>
    Mixed,
}
