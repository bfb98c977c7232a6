using Orleans.Services;

namespace Orleans.Cache.Contracts.Nodes;

/// <summary>What a silo offers of its snapshots to another one that begins a partition of which no copy is left. The same service as <see cref="ICacheNode"/>.</summary>
[Alias("orleans.cache.snapshot-node")]
public interface ISnapshotNode : IGrainService
{
    /// <summary>The silo's own snapshots of some partitions.</summary>
    [Alias("list-snapshots")]
    [ResponseTimeout("00:00:10")]
    ValueTask<SnapshotOffer[]> ListSnapshotsAsync(int[] partitions);

    /// <summary>Reads a part of a snapshot.</summary>
    /// <param name="partition">Of which partition.</param>
    /// <param name="writtenAt">See <see cref="SnapshotOffer"/>.</param>
    /// <param name="offset">The first byte.</param>
    /// <returns>Up to 512 KiB; none at the end. <see langword="null"/>: there is no such snapshot any more.</returns>
    [Alias("read-snapshot")]
    [ResponseTimeout("00:00:10")]
    ValueTask<byte[]?> ReadSnapshotAsync(int partition, long writtenAt, long offset);
}
