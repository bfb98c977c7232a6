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

        var owner = snapshot.OwnerOf((int)partition)?.Descriptor.Address;

        // A silo that has just joined is not compatible until its manifest has arrived here, and nowhere else would be right: the caller
        // tries again.
        return owner is not null && context.GetCompatibleSilos(target).Contains(owner)
            ? Task.FromResult(owner)
            : throw new SiloUnavailableException(
                $"Partition {partition} has no place yet: its owner {owner?.ToString() ?? "is not decided"} does not take grains so far.");
    }
}
