namespace Orleans.Cache;

/// <summary>How the copies of partitions are kept and moved (<c>Cache:Replication</c> in the configuration). Checked when the silo starts.</summary>
public sealed class CacheReplicationOptions
{
    private const long DefaultMoveBytes = 8L << 20;

    /// <summary>
    /// For how long an owner may answer after its replicas last answered it. When an owner falls silent, its replica takes over after about this
    /// time: shorter is quicker, and takes a busy or slow silo more easily for a silent one. The same on every silo.
    /// </summary>
    /// <value>0.2 to 10 seconds. Default: 0.35 seconds.</value>
    public TimeSpan LeaseDuration { get; set; } = TimeSpan.FromMilliseconds(350);

    /// <summary>
    /// How long a silo may go on with what it owns while the grid's record cannot be reached, and how long a grid that has lost all copies of a
    /// partition waits before it begins it empty. Must be the same on all silos.
    /// </summary>
    /// <value>2 seconds, and three times <see cref="LeaseDuration"/>, to 1 hour. Default: 30 seconds.</value>
    public TimeSpan Tenure { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long it takes until every replica was compared once with its owner, in the background: what differs is mended, counted and logged. A
    /// partition takes no writes while its entries are hashed, about a tenth of a microsecond for each, and a tenth of a millisecond for each MiB.
    /// </summary>
    /// <value>0 (never), or 1 second to 7 days. Default: 10 minutes.</value>
    public TimeSpan RepairInterval { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How many of the partitions that this silo owns may be on the move, or get a further copy, at a time. More is faster, and leaves less for callers.</summary>
    /// <value>1 to 1,024. Default: 16.</value>
    public int ConcurrentMoves { get; set; } = 16;

    /// <summary>
    /// How many bytes of entries a second this silo sends to fill copies on others, on average: no further partition begins while it has sent more. Less
    /// leaves more for callers, and more time until what a lost silo held has all its copies again.
    /// </summary>
    /// <value>0 (as fast as it can), or 1 MiB to 1 TiB. Default: 8 MiB for each processor that the silo may use.</value>
    public long MoveBytesPerSecond { get; set; } = DefaultMoveBytes * Environment.ProcessorCount;

    /// <summary>How long a silo that stops in order waits for others to take over what it holds. What is left then is lost unless another silo has a copy.</summary>
    /// <remarks>The host must wait longer than this (<c>HostOptions.ShutdownTimeout</c>, 30 seconds by default); the ready-made silo does.</remarks>
    /// <value>0 (not at all) to 1 hour. Default: 60 seconds.</value>
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(60);
}
