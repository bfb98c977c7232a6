using Orleans.Cache.Contracts.Partitions;
using Orleans.Cache.Engine.Shards;
using Orleans.Cache.Grains.Placement;
using Orleans.Cache.Grains.Topology;
using Orleans.Placement;

namespace Orleans.Cache.Grains.Partitions;

/// <summary>
/// The authority over one partition on the silo that owns it. Entries are not here but in the silo's <see cref="ShardHost"/>, because
/// activations come and go for reasons of Orleans' own.
/// </summary>
[RingPlacement]
[KeepAlive]
[Immovable]
internal sealed class PartitionGrain(ShardHost shards, NodeTopology topology, PartitionActivations activations, TimeProvider time)
    : Grain, IPartitionGrain
{
    private static readonly TimeSpan LongestWaitForMap = TimeSpan.FromSeconds(2);

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

    public async ValueTask<bool> OpenAsync(long mapVersion)
    {
        using var deadline = new CancellationTokenSource(LongestWaitForMap, time);
        var snapshot = await topology.WaitForAsync(mapVersion, deadline.Token);
        if (!topology.Owns(Partition))
        {
            this.MigrateOnIdle();
            return false;
        }

        shards.Open(Partition, snapshot.Map.EpochOf(Partition));

        // The map may have moved on between the look and the opening; then the silo has closed what it had, and this must go too.
        if (topology.Owns(Partition))
        {
            return true;
        }

        shards.Close(Partition, snapshot.Map.EpochOf(Partition));
        this.MigrateOnIdle();
        return false;
    }

    public ValueTask<PartitionStatus> GetStatusAsync() => ValueTask.FromResult(
        new PartitionStatus(topology.LocalSilo, shards.IsOpen(Partition), topology.Current.Map.EpochOf(Partition)));
}
