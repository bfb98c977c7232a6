using Orleans.Cache.Engine.Replication;
using Orleans.Cache.Engine.Replication.Messages;

namespace Orleans.Cache.Engine.Copies;

/// <summary>How the copies of this silo reach those of other silos, and the authority. Thread-safe; called under the lock of a copy.</summary>
/// <remarks>Nothing here waits or calls back: what is sent is queued. It may be lost, late, doubled and out of order.</remarks>
internal interface ICopyNetwork
{
    /// <summary>Queues a message for the node that its <see cref="PeerMessage.To"/> names.</summary>
    void Send(int partition, PeerMessage message);

    /// <summary>Queues a question to the authority; the answer comes by <see cref="PartitionCopies.Take(int, AuthorityReply)"/>.</summary>
    void Ask(int partition, AuthorityRequest request);

    /// <summary>Tells what happened, for logs and metrics.</summary>
    void Report(int partition, ReplicationEvent what);

    /// <summary>Tells that a partition which another silo handed over is served here.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="pausedTicks">For how long it took no writes, in the clock's ticks.</param>
    void TakenOver(int partition, long pausedTicks);

    /// <summary>Lets what is queued leave; called without locks, after each group of calls.</summary>
    void Flush();
}
