using Orleans.Cache.Engine.Copies;
using Orleans.Cache.Engine.Shards;

namespace Orleans.Cache.Engine.Snapshots;

/// <summary>
/// Fills a partition that begins empty, from the first of some files that is good. Whoever has a later epoch begun meanwhile wins: each step is
/// under the lock of the copy, and only while it awaits filling. For one thread at a time.
/// </summary>
/// <param name="shards">Where the entries go.</param>
/// <param name="copies">The copies of this silo.</param>
/// <param name="time">Its wall clock tells how old a file is.</param>
/// <param name="partition">The partition.</param>
/// <param name="epoch">The epoch that began empty.</param>
internal sealed class SnapshotLoader(ShardHost shards, PartitionCopies copies, TimeProvider time, int partition, long epoch)
{
    /// <summary>Versions begin at the wall clock's milliseconds, shifted by this.</summary>
    private const int VersionShift = 16;

    /// <summary>So many bytes are loaded under the lock of the copy at once.</summary>
    private const int StepBytes = 64 << 10;

    private readonly List<(string File, string Reason)> _skipped = [];
    private SnapshotFile? _file;
    private long _bytes;
    private long _entries;
    private long _expired;
    private long _versionFloor;

    /// <summary>Loads a file, whole or not at all.</summary>
    /// <returns>Whether there is nothing left to be tried: it is loaded, or another epoch has begun.</returns>
    public bool TryLoad(SnapshotFile file, CancellationToken cancellationToken)
    {
        try
        {
            var reader = file.Open(shards.Settings.PartitionCount, out var stream);
            using (stream)
            {
                (_file, _bytes) = (file, stream.Length);
                while (reader.TryReadBlock(out var block, out var wallClock))
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    if (!TryLoad(block, wallClock))
                    {
                        return true;
                    }
                }

                _versionFloor = Math.Max(reader.Footer.VersionFloor, file.WrittenAt << VersionShift);
                return true;
            }
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // Whatever is wrong with it. Nobody has seen what was loaded of it: the partition is not served yet.
            Skip(file.Name, exception.Message);
            (_file, _bytes, _entries, _expired) = (null, 0, 0, 0);
            return !copies.TryFill(partition, epoch, () => shards.Clear(partition), isLast: false);
        }
    }

    /// <summary>Takes note of a file that cannot be loaded.</summary>
    public void Skip(string file, string reason) => _skipped.Add((file, reason));

    /// <summary>Lets the partition be served, with what was loaded. To be called in any case but when the silo stops.</summary>
    public SnapshotLoad End()
    {
        copies.TryFill(partition, epoch, () => shards.RaiseVersionFloor(partition, _versionFloor), isLast: true);
        return new SnapshotLoad(partition, _file?.Name, _file?.WrittenAt ?? 0, _entries, _expired, _bytes, _skipped);
    }

    private bool TryLoad(ReadOnlyMemory<byte> block, long wallClock)
    {
        // A clock that was set back makes nothing live longer than it had left.
        var elapsed = Math.Max(0, time.GetUtcNow().ToUnixTimeMilliseconds() - wallClock);
        while (!block.IsEmpty)
        {
            if (!copies.TryFill(partition, epoch, () => block = LoadStep(block, elapsed), isLast: false))
            {
                return false;
            }
        }

        return true;
    }

    private ReadOnlyMemory<byte> LoadStep(ReadOnlyMemory<byte> block, long elapsed)
    {
        var rest = block.Span;
        while (block.Length - rest.Length < StepBytes && SnapshotFileReader.TryTake(ref rest, out var change))
        {
            var entry = ChangeFormat.Read(change);
            SnapshotFormat.Check(entry.Kind == ChangeKind.Entry, "it has something else than entries");
            var aged = entry.Aged(elapsed);
            var slidingLeft = entry.Sliding == 0 ? 0 : entry.SlidingLeft - elapsed;

            // One that was loaded is kept for a while when its sliding expiration is over, as long as its mark says.
            if (aged.TimeToLive == 0 || (entry.Sliding != 0 && slidingLeft + entry.Mark.Stale <= 0))
            {
                _expired++;
                continue;
            }

            // All of it: an entry without its tags could not be removed by them any more.
            _entries++;
            shards.Apply(partition, aged with { SlidingLeft = slidingLeft });
        }

        return block[(block.Length - rest.Length)..];
    }
}
