using Orleans.Cache.Contracts.Nodes;

namespace Orleans.Cache.Client.Connections;

/// <summary>
/// A request that was sent over a data connection. One of the two is called, once; neither may block, or run callers' code. Callers go on when it is
/// executed after that, on whatever thread.
/// </summary>
internal interface IDataCall : IThreadPoolWorkItem
{
    /// <summary>Takes the reply.</summary>
    void OnReply(in BatchReply reply);

    /// <summary>There will be no reply, though the silo may have got the request.</summary>
    void OnLost(Exception reason);
}
