using Orleans.Cache.Engine.Copies;
using Orleans.Cache.Engine.Shards;

namespace Orleans.Cache.Engine.Snapshots;

/// <summary>
/// Writes snapshots of the partitions that this silo holds whole, one at a time, while others read and write them: only a bucket's worth of
/// entries is copied under a lock. For one thread at a time.
/// </summary>
internal sealed class SnapshotTaker(ShardHost shards, PartitionCopies copies, SnapshotFolder folder, string silo, TimeProvider time)
{
    private const int BlockBytes = 256 << 10;

    /// <summary>Above what the entries of a bucket have, but for large ones: so that a round leaves no garbage for others to wait for.</summary>
    private const int ChunkBytes = 64 << 10;

    private readonly List<ReadOnlyMemory<byte>> _changes = [];

    /// <summary>Writes a file of a partition.</summary>
    /// <param name="partition">Which.</param>
    /// <param name="after">The wall clock of the newest file of the partition that there is: the new one counts as newer, whatever the clock says.</param>
    /// <param name="began">The life of the grid.</param>
    /// <param name="silos">The silos of the grid.</param>
    /// <param name="written">Called after each block; it may wait, so that processor and disk are left to others.</param>
    /// <param name="cancellationToken">Ends it; no file is left.</param>
    /// <returns><see langword="null"/> if this silo does not hold the partition whole, or not any more at the end.</returns>
    /// <exception cref="IOException">The file could not be written; what there was before is there still.</exception>
    public async Task<SnapshotTaken?> TakeAsync(
        int partition, long after, long began, IReadOnlyList<string> silos, Func<ValueTask> written, CancellationToken cancellationToken)
    {
        if (copies.PointOf(partition) is not { IsWhole: true } start)
        {
            return null;
        }

        var header = new SnapshotHeader
        {
            Partition = partition,
            PartitionCount = shards.Settings.PartitionCount,
            Point = new SnapshotPoint(began, start.Committed, Math.Max(WallClock, after + 1)),
            Silo = silo,
            Silos = silos,
        };
        var file = folder.Create(partition, header.Point.WrittenAt);
        try
        {
            var writer = new SnapshotFileWriter(file, header);
            await WriteAsync(writer, partition, written, cancellationToken).ConfigureAwait(false);
            var footer = writer.End(shards.VersionFloorOf(partition));

            // The copy may have dropped everything meanwhile, and been filled again.
            if (copies.PointOf(partition) is not { } end || !end.IsSameAs(start))
            {
                SnapshotFolder.Drop(file);
                return null;
            }

            folder.Keep(file, partition, header.Point.WrittenAt);
            return new SnapshotTaken(start, header.Point.WrittenAt, writer.Bytes, footer.Entries, writer.HasSliding);
        }
        catch
        {
            // Whatever it is, and also when the silo stops: half a file must neither take room nor be tried.
            SnapshotFolder.Drop(file);
            throw;
        }
    }

    private long WallClock => time.GetUtcNow().ToUnixTimeMilliseconds();

    private async Task WriteAsync(SnapshotFileWriter writer, int partition, Func<ValueTask> written, CancellationToken cancellationToken)
    {
        var packer = new ChangeWriter(ChunkBytes);
        for (var cache = 0; cache < shards.CacheNames.Count; cache++)
        {
            var cursor = 0U;
            do
            {
                cancellationToken.ThrowIfCancellationRequested();
                var wallClock = WallClock;
                do
                {
                    shards.Scan(cache, partition, ref cursor, packer, _changes);
                    foreach (var change in _changes)
                    {
                        writer.Add(change.Span);
                    }

                    _changes.Clear();
                    packer.Reuse();
                }
                while (cursor != 0 && writer.BlockBytes < BlockBytes);

                if (writer.EndBlock(wallClock))
                {
                    await written().ConfigureAwait(false);
                }
            }
            while (cursor != 0);
        }
    }
}
