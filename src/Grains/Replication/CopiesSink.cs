using Orleans.Cache.Engine.Copies;
using Orleans.Cache.Engine.Replication.Messages;

namespace Orleans.Cache.Grains.Replication;

/// <summary>The copies of this silo as the network sees them.</summary>
internal sealed class CopiesSink(PartitionCopies copies) : IPacketSink
{
    public void Receive(int partition, PeerMessage message, long arrival) => copies.Take(partition, message, arrival);

    public void Receive(int partition, AuthorityReply reply) => copies.Take(partition, reply);

    public long Tick() => copies.Tick();

    public int LossesOf(int partition) => copies.StatusOf(partition).Configuration.Losses;
}
