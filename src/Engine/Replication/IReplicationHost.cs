using Orleans.Cache.Engine.Replication.Messages;

namespace Orleans.Cache.Engine.Replication;

/// <summary>The world around a copy. Nothing here may call back into the core; what is sent may be lost, late, doubled and out of order.</summary>
internal interface IReplicationHost
{
    /// <summary>
    /// A monotonic clock in ticks of any length, read anew at each call: the core reads it again after it executed, because the process may
    /// have been stopped in between. It must count while the process is stopped.
    /// </summary>
    long Now { get; }

    void Send(PeerMessage message);

    void Ask(AuthorityRequest request);

    void Reply(in ClientReply reply);

    /// <summary>Tells what happened, for logs and metrics.</summary>
    void Report(ReplicationEvent what);
}
