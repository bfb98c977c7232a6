using Orleans.Cache.Engine.Replication.Messages;

namespace Orleans.Cache.Engine.Replication;

/// <summary>The world around a copy. Nothing here may call back into the core; what is sent may be lost, late, doubled and out of order.</summary>
internal interface IReplicationHost
{
    /// <summary>
    /// A monotonic clock in ticks of any length. It must count while the process is stopped. The host may read it once for each call of the
    /// core, but only after what the call is about was there: a message had come, an operation was executed. An older reading would justify
    /// what happened after the lease; one that is a little old takes a lease for shorter than it is.
    /// </summary>
    long Now { get; }

    void Send(PeerMessage message);

    void Ask(AuthorityRequest request);

    void Reply(in ClientReply reply);

    /// <summary>Tells what happened, for logs and metrics.</summary>
    void Report(ReplicationEvent what);
}
