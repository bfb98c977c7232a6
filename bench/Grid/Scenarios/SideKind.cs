namespace Orleans.Cache.GridBench.Scenarios;

/// <summary>What can be compared.</summary>
internal enum SideKind
{
    /// <summary>One silo process, and this process as its client.</summary>
    Grid,

    /// <summary>A silo hosted in this process.</summary>
    HostedGrid,

    /// <summary><c>redis-server</c>, and <c>redis-benchmark</c> as its client.</summary>
    Redis,
}
