using Orleans.Cache.Contracts.Nodes;
using Orleans.Cache.Contracts.Topology;
using Orleans.Cache.Engine.Copies;
using Orleans.Cache.Engine.Shards;
using Orleans.Cache.Engine.Snapshots;
using Orleans.Cache.Grains.Topology;

namespace Orleans.Cache.Grains.Snapshots;

/// <summary>
/// Writes a snapshot of every partition that this silo holds whole, as owner or replica in sync, and that changed since its last one; and deletes
/// those that are not needed any more. For one thread at a time.
/// </summary>
internal sealed class SnapshotRound
{
    // However short the interval: while the new owner still loads what it finds on others, these files may be what it needs.
    private static readonly TimeSpan LeastKept = TimeSpan.FromHours(1);

    private readonly SnapshotPlace _place;
    private readonly SnapshotTaker? _taker;
    private readonly PartitionCopies _copies;
    private readonly NodeTopology _topology;
    private readonly SnapshotMetrics _metrics;
    private readonly SnapshotTaken?[] _last;
    private readonly long?[] _unheldSince;
    private readonly TimeProvider _time;
    private string[] _silos = [];

    public SnapshotRound(SnapshotPlace place, ShardHost shards, PartitionCopies copies, NodeTopology topology, SnapshotMetrics metrics, TimeProvider time)
    {
        _place = place;
        _taker = place.IsOn ? new SnapshotTaker(shards, copies, place.Folder, topology.Settings.Name, time) : null;
        _copies = copies;
        _topology = topology;
        _metrics = metrics;
        _last = new SnapshotTaken?[topology.Settings.PartitionCount];
        _unheldSince = new long?[_last.Length];
        _time = time;
    }

    /// <summary>How many partitions have a snapshot of this run.</summary>
    public int Partitions => _last.Count(static taken => taken is not null);

    /// <summary>The bytes of the newest of each.</summary>
    public long Bytes => _last.Sum(static taken => taken?.Bytes ?? 0);

    /// <summary>The wall clock of the newest, in milliseconds since 1970; 0 if there is none.</summary>
    public long Newest => _last.Max(static taken => taken?.WrittenAt ?? 0);

    /// <summary>How many snapshots the last round wrote.</summary>
    public int Written { get; private set; }

    /// <summary>How many it could not write.</summary>
    public int Failed { get; private set; }

    /// <summary>Why the first of these could not be written.</summary>
    public string? Error { get; private set; }

    /// <summary>Runs a round.</summary>
    /// <param name="isIncluded">Which partitions to look at.</param>
    /// <param name="rest">Called now and then; it may wait, so that processor and disk are left to others.</param>
    /// <param name="cancellationToken">Ends it between two blocks.</param>
    public async Task RunAsync(Func<int, bool> isIncluded, Func<ValueTask> rest, CancellationToken cancellationToken)
    {
        (Written, Failed, Error) = (0, 0, null);
        if (_topology.Current.Message is not { } message)
        {
            return;
        }

        TakeSilos(message.Nodes);
        try
        {
            var files = _place.Folder.List().Where(_place.Folder.IsOwn).ToLookup(static file => file.Partition);
            for (var partition = 0; partition < _last.Length; partition++)
            {
                if (isIncluded(partition) && !await TakeAsync(partition, files[partition], message, rest, cancellationToken).ConfigureAwait(false))
                {
                    await rest().ConfigureAwait(false);
                }
            }

            if (Written > 0)
            {
                _place.Folder.Sync();
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Fail(exception);
        }
    }

    /// <summary>A snapshot tells who might have a newer one: with other silos in the grid it is not as good as a new one.</summary>
    private void TakeSilos(NodeDescriptor[] nodes)
    {
        var silos = Array.ConvertAll(nodes, static node => node.Name);
        if (!silos.AsSpan().SequenceEqual(_silos))
        {
            _silos = silos;
            Array.Clear(_last);
        }
    }

    /// <returns>Whether there was nothing to do.</returns>
    private async ValueTask<bool> TakeAsync(int partition, IEnumerable<SnapshotFile> files, TopologyMessage message, Func<ValueTask> rest, CancellationToken cancellationToken)
    {
        if (_copies.PointOf(partition) is not { IsWhole: true } point)
        {
            ForgetUnheld(partition, files);
            return true;
        }

        _unheldSince[partition] = null;
        if (_last[partition]?.IsAsNewAs(point) == true)
        {
            return true;
        }

        try
        {
            var newest = files.FirstOrDefault()?.WrittenAt ?? 0;
            if (await _taker!.TakeAsync(partition, newest, message.Began, _silos, rest, cancellationToken).ConfigureAwait(false) is { } taken)
            {
                _last[partition] = taken;
                Written++;
                _metrics.OnWritten(taken.Bytes);
                _place.Folder.Prune(files, _place.Options.Keep - 1);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Fail(exception);
        }

        return false;
    }

    /// <summary>What another silo has been owner of for as long as snapshots are kept is old here, and there are newer ones there.</summary>
    private void ForgetUnheld(int partition, IEnumerable<SnapshotFile> files)
    {
        _last[partition] = null;
        if (_topology.Current.OwnerOf(partition) is null || _topology.Owns(partition))
        {
            _unheldSince[partition] = null;
            return;
        }

        var unheld = _time.GetElapsedTime(_unheldSince[partition] ??= _time.GetTimestamp());
        if (unheld > LeastKept && unheld > _place.Options.Keep * _place.Options.Interval)
        {
            _place.Folder.Prune(files, keep: 0);
        }
    }

    private void Fail(Exception exception)
    {
        Failed++;
        Error ??= exception.Message;
        _metrics.OnFailed();
    }
}
