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
}
