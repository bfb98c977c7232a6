using Orleans.Cache.Contracts.Partitions;
using Orleans.Cache.Engine.Copies;
using Orleans.Cache.Grains.Placement;
using Orleans.Cache.Grains.Topology;
using Orleans.Placement;

namespace Orleans.Cache.Grains.Partitions;

/// <summary>
/// A partition's address on the silo that owns it. Entries are not here but in the silo's <see cref="PartitionCopies"/>, because activations
/// come and go for reasons of Orleans' own, and nothing of the data waits for one.
/// </summary>
[RingPlacement]
[KeepAlive]
[Immovable]
internal sealed class PartitionGrain(PartitionCopies copies, NodeTopology topology, PartitionActivations activations) : Grain, IPartitionGrain
{
    private int Partition => (int)this.GetPrimaryKeyLong();

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        // Callers remember where the grain was and send there without asking the placement again, which makes a silo activate it. Only a
        // refusal makes them forget.
        if (!topology.Owns(Partition))
        {
            throw new SiloUnavailableException($"Partition {Partition} does not belong on silo {topology.LocalSilo}. Try again.");
        }

        activations.Add(Partition, GrainContext);
        return Task.CompletedTask;
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        activations.Remove(Partition, GrainContext);
        return Task.CompletedTask;
    }

    public ValueTask<PartitionStatus> GetStatusAsync()
    {
        var status = copies.StatusOf(Partition);
        return ValueTask.FromResult(new PartitionStatus(topology.LocalSilo, status.IsServing, status.Configuration.Epoch));
    }
}
