using Orleans.Cache.Contracts.Nodes;
using Orleans.Services;

namespace Orleans.Cache.Contracts.Replication;

/// <summary>The other door of a silo, for silos only: copies of partitions speak through it. The same service as <see cref="ICacheNode"/>, under the same id.</summary>
[Alias("orleans.cache.replication-node")]
public interface IReplicationNode : IGrainService
{
    /// <summary>
    /// Takes messages of copies, as docs/formats/replication.md has them. Returns when the copies have taken them, with what they answer to the
    /// silo that sends; none if nothing. What goes elsewhere, or comes later, comes as messages of its own.
    /// </summary>
    /// <param name="from">The number of the silo that sends them.</param>
    /// <param name="node">The number of the silo that they are meant for; messages for another are dropped.</param>
    /// <param name="run">The run of that silo.</param>
    /// <param name="messages">The messages.</param>
    [Alias("receive")]
    [ResponseTimeout("00:00:02")]
    ValueTask<BatchBytes?> ReceiveAsync(int from, int node, long run, BatchBytes messages);

    /// <summary>
    /// Takes chunks that fill copies, beside the other messages: so those do not wait for megabytes. Returns when the copies have taken them; what
    /// they answer comes as other messages do.
    /// </summary>
    /// <inheritdoc cref="ReceiveAsync"/>
    [Alias("receive-chunks")]
    [ResponseTimeout("00:00:02")]
    ValueTask ReceiveChunksAsync(int from, int node, long run, BatchBytes messages);

    /// <summary>
    /// Decides on what copies of the calling silo propose, in the place of the topology grain, which does not answer there. The same bytes as
    /// <see cref="Topology.ITopologyGrain.DecideAsync"/>.
    /// </summary>
    /// <param name="requests">What they ask.</param>
    [Alias("stand-in")]
    [ResponseTimeout("00:00:02")]
    ValueTask<BatchBytes> StandInAsync(BatchBytes requests);
}
