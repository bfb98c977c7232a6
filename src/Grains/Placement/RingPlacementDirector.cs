using Orleans.Cache.Grains.Topology;
using Orleans.Runtime.Placement;

namespace Orleans.Cache.Grains.Placement;

/// <summary>
/// Follows the partition map. Placement hints of the request are not looked at: any client can set them.
/// </summary>
internal sealed class RingPlacementDirector(NodeTopology topology) : IPlacementDirector
{
    public Task<SiloAddress> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context)
    {
        var partition = target.GrainIdentity.GetIntegerKey();
        var snapshot = topology.Current;
        if (partition < 0 || partition >= snapshot.Map.PartitionCount)
        {
            throw new SiloUnavailableException(
                $"Partition {partition} has no place: the map of version {snapshot.Version} has {snapshot.Map.PartitionCount} partitions.");
        }

        // The list of compatible silos is not asked: a silo that has just joined is missing from it until its manifest has arrived here, but
        // it joined because it hosts these grains.
        return snapshot.OwnerOf((int)partition)?.Descriptor.Address is { } owner
            ? Task.FromResult(owner)
            : throw new SiloUnavailableException($"Partition {partition} has no place yet: the map of version {snapshot.Version} gives it to nobody.");
    }
}
