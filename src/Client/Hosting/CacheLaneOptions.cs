namespace Orleans.Cache;

/// <summary>How calls that are made at the same time share messages. There is a lane for each silo and cache.</summary>
public sealed class CacheLaneOptions
{
    /// <summary>How many operations one message carries at most.</summary>
    /// <value>1 to 65,536, and no more than the silos take (<see cref="CacheLimits.MaxBatchOperations"/>). Default: 1,024.</value>
    public int MaxBatchOperations { get; set; } = 1_024;

    /// <summary>How many bytes of keys and values one message carries at most; a single operation may be larger.</summary>
    /// <value>1 KiB to 16 MiB. Default: 256 KiB.</value>
    public int MaxBatchBytes { get; set; } = 256 << 10;

    /// <summary>
    /// How many messages of a lane are under way at most. A second one leaves while the first has no answer only if it carries 64 operations, or if
    /// no other lane has one under way: more messages are smaller ones. A long way to the silos and many callers may want more than two.
    /// </summary>
    /// <value>1 to 64. Default: 2.</value>
    public int MaxBatchesInFlight { get; set; } = 2;

    /// <summary>How many bytes of keys and values may wait in a lane; calls beyond are refused with <see cref="CacheUnavailableException"/>.</summary>
    /// <value>64 KiB to 16 GiB. Default: 64 MiB.</value>
    public long MaxQueuedBytes { get; set; } = 64L << 20;

    /// <summary>
    /// The largest value that travels in one piece with other operations. Larger ones travel in chunks, on a lane of their own beside those of
    /// small operations.
    /// </summary>
    /// <value>1 KiB to 1 MiB. Default: 1 MiB.</value>
    public int MaxWholeValueBytes { get; set; } = 1 << 20;

    /// <summary>The bytes of a chunk while this process has no other operations for the silo: large ones bring a value over soonest.</summary>
    /// <value>1 KiB to 1 MiB. Default: 128 KiB.</value>
    public int ChunkBytes { get; set; } = 128 << 10;

    /// <summary>
    /// The bytes of a chunk when this process had other operations for the silo within the last second. A small operation may have to wait for as
    /// long as one such chunk takes: the smaller, the less, and the longer a large value takes.
    /// </summary>
    /// <value>1 KiB to 1 MiB. Default: 16 KiB.</value>
    public int SharedChunkBytes { get; set; } = 16 << 10;

    /// <summary>
    /// How many chunks are under way to or from one silo at once, of all the large values of a cache together; one when the silo is shared with
    /// other operations (<see cref="SharedChunkBytes"/>).
    /// </summary>
    /// <value>1 to 64. Default: 2.</value>
    public int MaxChunksInFlight { get; set; } = 2;
}
