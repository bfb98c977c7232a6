using Orleans.Cache.Engine.Batches;
using Orleans.Cache.Engine.Copies;
using Orleans.Cache.Engine.Shards;

namespace Orleans.Cache.Engine.Snapshots;

/// <summary>
/// Fills a partition that begins empty from the newest good file. Whoever has a later epoch begun meanwhile wins: each step is under the lock
/// of the copy, and only while it awaits filling. Safe for any number of threads, one for each partition.
/// </summary>
internal sealed class SnapshotLoader(ShardHost shards, PartitionCopies copies, TimeProvider time)
{
    /// <summary>Versions begin at the wall clock's milliseconds, shifted by this.</summary>
    private const int VersionShift = 16;

    /// <summary>So many bytes are loaded under the lock of the copy at once.</summary>
    private const int StepBytes = 64 << 10;

    /// <summary>Loads a partition, and lets it be served, whatever comes of it.</summary>
    /// <param name="partition">Which.</param>
    /// <param name="epoch">The epoch that began empty.</param>
    /// <param name="files">Its files, newest first.</param>
    /// <param name="isOutOfTime">Asked between blocks: then the partition is served with what was loaded.</param>
    public SnapshotLoad Load(int partition, long epoch, IEnumerable<SnapshotFile> files, Func<bool> isOutOfTime)
    {
        var run = new Run(partition, epoch);
        try
        {
            foreach (var file in files)
            {
                if (isOutOfTime())
                {
                    run.IsOutOfTime = true;
                    break;
                }

                if (TryLoad(run, file, isOutOfTime))
                {
                    break;
                }
            }
        }
        finally
        {
            // Also when something unforeseen went wrong: a partition that nobody may use is worse than an empty one.
            copies.TryFill(partition, epoch, () => shards.RaiseVersionFloor(partition, run.VersionFloor), isLast: true);
        }

        return new SnapshotLoad(partition, run.File?.Name, run.File?.WrittenAt ?? 0, run.Entries, run.Expired, run.Bytes, run.IsOutOfTime, run.Skipped);
    }

    private bool TryLoad(Run run, SnapshotFile file, Func<bool> isOutOfTime)
    {
        try
        {
            // Read twice: nothing is loaded of a file that is damaged further on.
            file.Verify(shards.Settings.PartitionCount);
            var reader = file.Open(shards.Settings.PartitionCount, out var stream);
            using (stream)
            {
                run.Begin(file, stream.Length);
                while (reader.TryReadBlock(out var block, out var wallClock))
                {
                    if (isOutOfTime())
                    {
                        run.IsOutOfTime = true;
                        run.VersionFloor = Math.Max(run.VersionFloor, time.GetUtcNow().ToUnixTimeMilliseconds() << VersionShift);
                        return true;
                    }

                    if (!TryLoad(run, block, wallClock))
                    {
                        return true;
                    }
                }

                run.VersionFloor = Math.Max(reader.Footer.VersionFloor, file.WrittenAt << VersionShift);
                return true;
            }
        }
        catch (Exception exception) when (exception is SnapshotFileException or InvalidDataException or IOException or UnauthorizedAccessException)
        {
            run.Skipped.Add((file.Name, exception.Message));
            run.Begin(file: null, bytes: 0);
            return !copies.TryFill(run.Partition, run.Epoch, () => shards.Clear(run.Partition), isLast: false);
        }
    }

    private bool TryLoad(Run run, ReadOnlyMemory<byte> block, long wallClock)
    {
        // A clock that was set back makes nothing live longer than it had left.
        var elapsed = Math.Max(0, time.GetUtcNow().ToUnixTimeMilliseconds() - wallClock);
        while (!block.IsEmpty)
        {
            if (!copies.TryFill(run.Partition, run.Epoch, () => block = LoadStep(run, block, elapsed), isLast: false))
            {
                return false;
            }
        }

        return true;
    }

    private ReadOnlyMemory<byte> LoadStep(Run run, ReadOnlyMemory<byte> block, long elapsed)
    {
        var rest = block.Span;
        while (block.Length - rest.Length < StepBytes && SnapshotFileReader.TryTake(ref rest, out var change))
        {
            var entry = ChangeFormat.Read(change);
            SnapshotFormat.Check(entry.Kind == ChangeKind.Entry, "it has something else than entries");
            var timeToLive = entry.TimeToLive == ShardOperation.Forever ? ShardOperation.Forever : entry.TimeToLive - elapsed;
            var slidingLeft = entry.Sliding == 0 ? 0 : entry.SlidingLeft - elapsed;
            if ((timeToLive != ShardOperation.Forever && timeToLive <= 0) || (entry.Sliding != 0 && slidingLeft <= 0))
            {
                run.Expired++;
                continue;
            }

            run.Entries++;
            shards.Apply(run.Partition, new EntryChange
            {
                Kind = ChangeKind.Entry,
                Cache = entry.Cache,
                Key = entry.Key,
                Value = entry.Value,
                Version = entry.Version,
                TimeToLive = timeToLive,
                Sliding = entry.Sliding,
                SlidingLeft = slidingLeft,
            });
        }

        return block[(block.Length - rest.Length)..];
    }

    private sealed class Run(int partition, long epoch)
    {
        public int Partition => partition;

        public long Epoch => epoch;

        public SnapshotFile? File { get; private set; }

        public long Bytes { get; private set; }

        public long Entries { get; set; }

        public long Expired { get; set; }

        public long VersionFloor { get; set; }

        public bool IsOutOfTime { get; set; }

        public List<(string File, string Reason)> Skipped { get; } = [];

        public void Begin(SnapshotFile? file, long bytes) => (File, Bytes, Entries, Expired) = (file, bytes, 0, 0);
    }
}
