using Microsoft.Extensions.Logging;
using Orleans.Cache.Client.Routing;
using Orleans.Cache.Contracts.Partitions;
using Orleans.Cache.Grains.Topology;

namespace Orleans.Cache.Grains.Partitions;

/// <summary>Keeps the grains of the partitions that this silo owns active here, and lets go of the others. Nothing of the data depends on it.</summary>
internal sealed partial class PartitionKeeper(
    NodeTopology topology, PartitionActivations activations, IGrainFactory grains, TimeProvider time, ILogger<PartitionKeeper> logger)
{
    // As many at once as start without queueing for long: a thousand partitions in a fraction of a second.
    private const int ActivatedAtOnce = 64;
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(50);

    private int _isActivating;

    /// <summary>Brings the activations in line with a map; those that are to come do so in the background.</summary>
    public void Follow(GridSnapshot snapshot)
    {
        var owned = topology.OwnedPartitions(snapshot).ToHashSet();

        // Not only what was lost just now: an activation may have come here by an older map since.
        for (var partition = 0; partition < snapshot.Map.PartitionCount; partition++)
        {
            if (!owned.Contains(partition))
            {
                activations.Release(partition);
            }
        }

        if (Interlocked.Exchange(ref _isActivating, 1) == 0)
        {
            ActivateAsync().Ignore();
        }
    }

    private async Task ActivateAsync()
    {
        try
        {
            while (topology.Joined && Missing().Take(ActivatedAtOnce).ToArray() is { Length: > 0 } missing)
            {
                await Task.WhenAll(missing.Select(TryActivateAsync));
                await Task.Delay(RetryDelay, time);
            }
        }
        finally
        {
            Volatile.Write(ref _isActivating, 0);
        }
    }

    private IEnumerable<int> Missing() => topology.OwnedPartitions(topology.Current).Where(partition => !activations.Contains(partition));

    private async Task TryActivateAsync(int partition)
    {
        try
        {
            await grains.GetGrain<IPartitionGrain>(partition).GetStatusAsync();
        }
#pragma warning disable CA1031 // The grain's place is not settled yet: it is called again until it is.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogActivationDelayed(partition, exception);
        }
    }

    [LoggerMessage(EventIds.ActivationDelayed, LogLevel.Debug, "The grain of partition {Partition} is not here yet.")]
    private partial void LogActivationDelayed(int partition, Exception exception);
}
