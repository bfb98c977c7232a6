namespace Orleans.Cache;

/// <summary>What a silo brings into the grid (<c>Cache</c> in the configuration). Checked when the silo starts.</summary>
public sealed class CacheGridOptions
{
    /// <summary>The silo's stable name, by which it has its place on the ring: a silo that restarts under its name gets its partitions back.</summary>
    /// <value>1 to 128 characters, different on every silo. Default: the name of the Orleans silo.</value>
    public string? SiloName { get; set; }

    /// <summary>How many partitions the grid has. Fixed for the life of a grid and the same on every silo.</summary>
    /// <value>A power of two, 1 to 16,384. Default: 1,024.</value>
    public int PartitionCount { get; set; } = 1024;

    /// <summary>The memory that the entries of this silo may use, keys and overhead included.</summary>
    /// <value>Bytes; at least 16,777,216 (16 MiB). Default: 1,073,741,824 (1 GiB).</value>
    public long MemoryBudgetBytes { get; set; } = 1L << 30;

    /// <summary>
    /// How many bytes of large values may be on their way into this silo: those that travel in chunks, from their first chunk until they are set,
    /// or until no chunk has come for 30 seconds. They use the memory of the entries. Sets beyond are refused with
    /// <see cref="CacheUnavailableException"/>.
    /// </summary>
    /// <value>Bytes; at least <see cref="CacheLimits.MaxValueBytes"/>. Default: 268,435,456 (256 MiB).</value>
    public long MaxStagedBytes { get; set; } = 256L << 20;

    /// <summary>The silo's share of the partitions relative to the other silos.</summary>
    /// <value>0.01 to 100. Default: 1.</value>
    public double Weight { get; set; } = 1;

    /// <summary>The failure domain that the silo stands in, such as a rack or an availability zone.</summary>
    /// <value>Any text. Default: empty.</value>
    public string Zone { get; set; } = string.Empty;

    /// <summary>How many copies of each partition are kept on other silos than its owner's. The same on every silo. With fewer silos there are fewer.</summary>
    /// <value>0 to 3. Default: 1.</value>
    public int Replicas { get; set; } = 1;

    /// <summary>How these copies are kept and moved.</summary>
    public CacheReplicationOptions Replication { get; set; } = new();

    /// <summary>
    /// How many changes of entries this silo keeps for near caches that have not asked for them yet. One that falls further behind drops all it
    /// has of this silo.
    /// </summary>
    /// <value>1,024 to 16,777,216, rounded up to a power of two; 24 bytes each. Default: 262,144.</value>
    public int FeedCapacity { get; set; } = 1 << 18;

    /// <summary>The connections that carry what callers read and write.</summary>
    public CacheDataConnectionOptions DataConnections { get; set; } = new();

    /// <summary>How what happens in caches is told to applications.</summary>
    public CacheEventsOptions Events { get; set; } = new();

    /// <summary>Snapshots of this silo's partitions in files.</summary>
    public CacheSnapshotOptions Snapshots { get; set; } = new();

    /// <summary>The sizes that the grid accepts. The grid accepts what every one of its silos accepts.</summary>
    public CacheLimits Limits { get; set; } = new();

    /// <summary>
    /// The named caches and their settings, the same on every silo: the grid has those that every silo has. A cache <c>default</c> exists
    /// in any case.
    /// </summary>
    public IDictionary<string, CacheOptions> Caches { get; } = new Dictionary<string, CacheOptions>(StringComparer.Ordinal);
}
