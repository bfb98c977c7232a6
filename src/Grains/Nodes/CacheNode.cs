using Microsoft.Extensions.Logging;
using Orleans.Cache.Contracts.Nodes;
using Orleans.Cache.Contracts.Topology;
using Orleans.Cache.Grains.Topology;

namespace Orleans.Cache.Grains.Nodes;

/// <summary>This silo's door: see <see cref="ICacheNode"/>. The work is done by the collaborators it hands everything to.</summary>
internal sealed partial class CacheNode(
    GrainId id,
    Silo silo,
    ILoggerFactory loggerFactory,
    BatchExecutor executor,
    NodeTopology topology,
    ILogger<CacheNode> logger)
    : GrainService(id, silo, loggerFactory), ICacheNode
{
    private static readonly BatchReply WrongSilo = new(BatchOutcome.WrongSilo, 0, [], null);

    public override Task Init(IServiceProvider serviceProvider)
    {
        topology.NodeType = this.GetGrainId().Type.ToString()!;
        return base.Init(serviceProvider);
    }

    public ValueTask<BatchReply> ExecuteAsync(BatchRequest request) => request.Silo.Equals(topology.LocalSilo)
        ? ValueTask.FromResult(executor.Execute(request) with { MapVersion = topology.Current.Version })
        : ForwardAsync(request);

    public ValueTask<NodeStatus> DescribeAsync() => ValueTask.FromResult(topology.Describe());

    public ValueTask<TopologyMessage?> GetTopologyAsync(long knownVersion)
    {
        var snapshot = topology.Current;
        return ValueTask.FromResult(snapshot.Version > knownVersion ? snapshot.Message : null);
    }

    public ValueTask PublishAsync(TopologyMessage message)
    {
        topology.Take(message);
        return ValueTask.CompletedTask;
    }

    public ValueTask<NodeStatistics> GetStatisticsAsync() => ValueTask.FromResult(executor.GetStatistics(topology.Settings));

    /// <summary>
    /// Hands a batch on that came here because its sender has no connection to the silo it is meant for: a client that knows one gateway
    /// still reaches all of the grid, at the price of a second hop, until it has learnt the others.
    /// </summary>
    private async ValueTask<BatchReply> ForwardAsync(BatchRequest request)
    {
        var snapshot = topology.Current;
        var node = snapshot.Nodes.FirstOrDefault(node => node.Descriptor.Address.Equals(request.Silo));
        if (node is null || request.Forwarded)
        {
            return WrongSilo with { MapVersion = snapshot.Version };
        }

        try
        {
            return await node.Door.ExecuteAsync(request with { Forwarded = true });
        }
        catch (Exception exception)
        {
            LogForwardFailed(logger, node.Descriptor.Name, exception);
            throw;
        }
    }

    [LoggerMessage(EventIds.ForwardFailed, LogLevel.Debug, "A batch for silo {Target} could not be handed on.")]
    private static partial void LogForwardFailed(ILogger logger, string target, Exception exception);
}
