using Microsoft.Extensions.Logging;
using Orleans.Cache.Client.Routing;
using Orleans.Cache.Contracts.Nodes;
using Orleans.Cache.Engine.Copies;
using Orleans.Cache.Engine.Replication;
using Orleans.Cache.Engine.Shards;
using Orleans.Cache.Engine.Topology;
using Orleans.Cache.Grains.Replication;
using Orleans.Cache.Grains.Topology;

namespace Orleans.Cache.Grains.Partitions;

/// <summary>
/// Tells the copies of this silo where their partitions should be, whenever the grid's silos change: the wanted map, a few partitions at a
/// time (<see cref="MovePlanner"/>). Starts the copies when the silo first sees itself in the grid. One loop; what it publishes may be read by any thread.
/// </summary>
internal sealed partial class MapFollower : IDisposable
{
    // While partitions move nobody tells that one more replica is in sync, if the map has not come yet.
    private static readonly TimeSpan LookPeriod = TimeSpan.FromMilliseconds(100);

    private readonly TopologySource _source;
    private readonly NodeTopology _topology;
    private readonly PartitionCopies _copies;
    private readonly ShardHost _shards;
    private readonly PartitionKeeper _keeper;
    private readonly CopyNetwork _network;
    private readonly MovePace _pace;
    private readonly TimeProvider _time;
    private readonly ILogger<MapFollower> _logger;
    private readonly SemaphoreSlim _changed = new(0);
    private MovePlanner? _planner;
    private NodeDescriptor[] _wantedOf = [];
    private volatile WantedCopies[]? _wanted;
    private volatile int _node;
    private long _run;

    public MapFollower(
        TopologySource source,
        NodeTopology topology,
        PartitionCopies copies,
        ShardHost shards,
        PartitionKeeper keeper,
        CopyNetwork network,
        MoveMetrics metrics,
        TimeProvider time,
        ILogger<MapFollower> logger)
    {
        _source = source;
        _topology = topology;
        _copies = copies;
        _shards = shards;
        _keeper = keeper;
        _network = network;
        _pace = new MovePace(topology.Settings.MoveBytesPerSecond, time);
        _time = time;
        _logger = logger;
        metrics.Observe(() => MovesInProgress, () => MovesWaiting, CountLackingCopies, () => network.MovedBytes);
    }

    /// <summary>How many of the partitions that this silo owns are moving, or being filled.</summary>
    public int MovesInProgress => Volatile.Read(ref _planner)?.InProgress ?? 0;

    /// <summary>How many of them wait for that.</summary>
    public int MovesWaiting => Volatile.Read(ref _planner)?.Waiting ?? 0;

    /// <summary>How many of the partitions that this silo owns lack a copy in sync that they should have.</summary>
    public int CountLackingCopies()
    {
        var lacking = 0;
        var wanted = _wanted ?? [];
        for (var partition = 0; partition < wanted.Length; partition++)
        {
            if (_copies.StatusOf(partition) is { Role: CopyRole.Owner, Configuration.InSync: var inSync })
            {
                lacking += Array.Exists(wanted[partition].Nodes, node => !Array.Exists(inSync, copy => copy.Node == node)) ? 1 : 0;
            }
        }

        return lacking;
    }

    /// <summary>How many partitions should have a copy here, as owner or replica; <see langword="null"/> before the silo knows.</summary>
    public int? WantedHere => _wanted?.Count(wanted => wanted.Contains(_node));

    /// <summary>Where a partition should be; <see langword="null"/> before the silo knows.</summary>
    public WantedCopies? WantedOf(int partition) => _wanted?[partition];

    /// <summary>Whether a partition that this silo owns waits until others have moved.</summary>
    public bool IsWaiting(int partition) => Volatile.Read(ref _planner)?.IsWaiting(partition) == true;

    /// <summary>Whether this silo should own a partition.</summary>
    public bool ShouldOwn(int partition) => _wanted is { } wanted && wanted[partition].Owner == _node;

    /// <summary>The partitions that should have a copy here, in sync, and have none yet.</summary>
    public IEnumerable<int> Missing()
    {
        var wanted = _wanted ?? [];
        for (var partition = 0; partition < wanted.Length; partition++)
        {
            if (wanted[partition].Contains(_node) && !Array.Exists(_copies.StatusOf(partition).Configuration.InSync, IsOfThisRun))
            {
                yield return partition;
            }
        }
    }

    /// <summary>After a restart of all silos the record may still have the copies that the run before held.</summary>
    private bool IsOfThisRun(CopyId copy) => copy.Node == _node && copy.Incarnation >> TopologyDocument.RunShift == _run;

    /// <summary>Follows the map until the silo has left the grid.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        _source.Changed += OnMapChanged;
        _copies.Changed += OnCopyChanged;
        try
        {
            while (true)
            {
                Follow(_topology.Current);
                var isBusy = MovesInProgress + MovesWaiting > 0;
                await _changed.WaitAsync(isBusy ? LookPeriod : Timeout.InfiniteTimeSpan, cancellationToken);
                while (_changed.CurrentCount > 0)
                {
                    await _changed.WaitAsync(cancellationToken);
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The silo has left.
        }
        finally
        {
            _source.Changed -= OnMapChanged;
            _copies.Changed -= OnCopyChanged;
        }
    }

    public void Dispose() => _changed.Dispose();

    private void OnMapChanged(GridSnapshot previous, GridSnapshot current) => Signal();

    private void OnCopyChanged(int partition) => Signal();

    private void Signal()
    {
        if (_changed.CurrentCount == 0)
        {
            _changed.Release();
        }
    }

    private void Follow(GridSnapshot snapshot)
    {
        if (snapshot.Message is not { } message || !TryStart(message.Nodes, snapshot.Map.PartitionCount))
        {
            return;
        }

        if (TakeWanted(message.Nodes, snapshot.Map.PartitionCount) is { } wanted)
        {
            _planner!.Plan(wanted, _copies.StatusOf, IsEmpty, _network.IsPrompt, _copies.Want, _pace.MayBegin(_network.MovedBytes));

            // Only now: who sees what is wanted may ask who waits.
            _wanted = wanted;
        }

        _keeper.Follow(snapshot);
    }

    private bool TryStart(NodeDescriptor[] nodes, int partitionCount)
    {
        if (_planner is null && Array.Find(nodes, node => node.Address.Equals(_topology.LocalSilo)) is { } self)
        {
            _copies.Start(self.Number, self.Run);
            _run = self.Run;
            _node = self.Number;
            Volatile.Write(ref _planner, new MovePlanner(self.Number, partitionCount, _topology.Settings.ConcurrentMoves));
            LogStarted(self.Number, self.Run);
        }

        return _planner is not null;
    }

    /// <summary>Where each partition should be by the silos of a map; <see langword="null"/> where no silo would take any.</summary>
    private WantedCopies[]? TakeWanted(NodeDescriptor[] nodes, int partitionCount)
    {
        var staying = Array.FindAll(nodes, static node => !node.IsLeaving);
        if (staying.Length == 0)
        {
            return null;
        }

        var wanted = _wanted;
        if (!staying.SequenceEqual(_wantedOf, NodeRunComparer.Instance))
        {
            _wantedOf = staying;
            var map = WantedMap.Compute(
                [.. staying.Select(static node => node.ToMapSilo().ToMember())], partitionCount, _topology.Settings.Replicas, WantedMapSettings.Default);
            var numbers = staying.ToDictionary(static node => node.Name, static node => node.Number, StringComparer.Ordinal);
            wanted = map.ToWantedCopies(index => numbers[map.Members[index].Name]);
            LogWantedChanged(staying.Length, wanted.Count(copies => copies.Contains(_node)));
        }

        return wanted;
    }

    private bool IsEmpty(int partition)
    {
        for (var cache = 0; cache < _shards.CacheNames.Count; cache++)
        {
            var cursor = 0U;
            var found = false;
            do
            {
                _shards.Scan(cache, partition, ref cursor, _ => found = true);
            }
            while (cursor != 0 && !found);

            if (found)
            {
                return false;
            }
        }

        return true;
    }

    [LoggerMessage(EventIds.CopiesStarted, LogLevel.Information, "This silo has number {Number} in the grid; it is its run {Run}.")]
    private partial void LogStarted(int number, long run);

    [LoggerMessage(EventIds.MapTaken, LogLevel.Information, "The partitions belong on {Silos} silos now; {Partitions} of them should have a copy here.")]
    private partial void LogWantedChanged(int silos, int partitions);
}
