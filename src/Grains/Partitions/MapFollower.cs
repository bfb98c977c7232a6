using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Cache.Client.Routing;
using Orleans.Cache.Contracts.Partitions;
using Orleans.Cache.Engine.Shards;
using Orleans.Cache.Grains.Topology;

namespace Orleans.Cache.Grains.Partitions;

/// <summary>
/// Makes this silo hold what the map says it owns. What it lost is closed while the change is announced, before anything else acts on
/// the new map; what it gained is opened by the partitions' grains, in the background, until all of it is.
/// </summary>
internal sealed partial class MapFollower : BackgroundService
{
    // As many grains at once as start without queueing for long: a thousand partitions open in a fraction of a second.
    private const int OpenedAtOnce = 64;
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(20);

    private readonly NodeTopology _topology;
    private readonly ShardHost _shards;
    private readonly PartitionActivations _activations;
    private readonly IGrainFactory _grains;
    private readonly TimeProvider _time;
    private readonly ILogger<MapFollower> _logger;
    private readonly SemaphoreSlim _changed = new(0);

    public MapFollower(
        TopologySource source,
        NodeTopology topology,
        ShardHost shards,
        PartitionActivations activations,
        IGrainFactory grains,
        TimeProvider time,
        ILogger<MapFollower> logger)
    {
        _topology = topology;
        _shards = shards;
        _activations = activations;
        _grains = grains;
        _time = time;
        _logger = logger;
        source.Changed += OnChanged;
    }

    /// <summary>Whether every partition that this silo owns is open.</summary>
    public bool IsUpToDate => !Missing().Any();

    public override void Dispose()
    {
        base.Dispose();
        _changed.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            await _changed.WaitAsync(stoppingToken);
            while (Missing().Take(OpenedAtOnce).ToArray() is { Length: > 0 } missing)
            {
                var opened = await Task.WhenAll(missing.Select(TryOpenAsync));
                if (!opened.All(static opened => opened))
                {
                    await Task.Delay(RetryDelay, _time, stoppingToken);
                }
            }

            LogMapTaken(_topology.Current.Version, _shards.OpenPartitions);
        }
    }

    private IEnumerable<int> Missing() => _topology.OwnedPartitions(_topology.Current).Where(partition => !_shards.IsOpen(partition));

    private void OnChanged(GridSnapshot previous, GridSnapshot current)
    {
        var owned = _topology.OwnedPartitions(current).ToHashSet();
        foreach (var partition in _topology.OwnedPartitions(previous).Where(partition => !owned.Contains(partition)))
        {
            _shards.Close(partition, previous.Map.EpochOf(partition));
        }

        // Not only what was lost just now: an activation may have come here by an older map since.
        for (var partition = 0; partition < current.Map.PartitionCount; partition++)
        {
            if (!owned.Contains(partition))
            {
                _activations.Release(partition);
            }
        }

        _changed.Release();
    }

    private async Task<bool> TryOpenAsync(int partition)
    {
        try
        {
            return await _grains.GetGrain<IPartitionGrain>(partition).OpenAsync(_topology.Current.Version);
        }
#pragma warning disable CA1031 // The grain's place is not settled yet: it is asked again until it is.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogOpenDelayed(partition, exception);
            return false;
        }
    }

    [LoggerMessage(EventIds.MapTaken, LogLevel.Information, "The silo follows the map of version {Version}: {Partitions} partitions are open here.")]
    private partial void LogMapTaken(long version, int partitions);

    [LoggerMessage(EventIds.OpenDelayed, LogLevel.Debug, "Partition {Partition} could not be opened yet.")]
    private partial void LogOpenDelayed(int partition, Exception exception);
}
