using Orleans.Cache.Engine.Copies;
using Orleans.Cache.Engine.Replication.Messages;

namespace Orleans.Cache.Grains.Replication;

/// <summary>Where what arrives goes, and who is woken: the copies of this silo. Any thread may call it; it waits for nothing but locks.</summary>
internal interface IPacketSink
{
    /// <summary>Takes a message. What is said to it waits until the caller lets it leave.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="message">The message.</param>
    /// <param name="arrival">The clock's timestamp, read after it had come.</param>
    void Receive(int partition, PeerMessage message, long arrival);

    void Receive(int partition, AuthorityReply reply);

    /// <inheritdoc cref="PartitionCopies.Tick"/>
    long Tick();

    /// <summary>How often all copies of a partition were lost, as far as this silo's copy knows.</summary>
    int LossesOf(int partition);
}
