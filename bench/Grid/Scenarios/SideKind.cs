namespace Orleans.Cache.GridBench.Scenarios;

/// <summary>What can be compared.</summary>
internal enum SideKind
{
    /// <summary>Silo processes, and this process as their client.</summary>
    Grid,

    /// <summary>A silo hosted in this process.</summary>
    HostedGrid,

    /// <summary><c>redis-server</c>, and <c>redis-benchmark</c> as its client.</summary>
    Redis,

    /// <summary><c>memcached</c>, and the benchmark's own load in a process of its own.</summary>
    Memcached,

    /// <summary>A silo process that only answers with as many bytes, and this process as its Orleans client.</summary>
    OrleansEcho,

    /// <summary>A process that only answers with as many bytes over TCP, and the benchmark's own load in a process of its own.</summary>
    SocketEcho,
}
