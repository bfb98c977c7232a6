using Microsoft.Extensions.Logging;
using Orleans.Cache.Client.Routing;
using Orleans.Cache.Contracts.Nodes;
using Orleans.Cache.Contracts.Topology;
using Orleans.Cache.Engine.Topology;

namespace Orleans.Cache.Grains.Topology;

/// <summary>
/// Tells the silos of new topologies: the first after a quiet time at once, then one per <see cref="LeastPeriod"/> at most, and to each silo
/// one at a time. One that cannot be told is told again while it is in the grid. For one thread; calls may overlap where they wait.
/// </summary>
internal sealed partial class TopologyPublisher(NodeReferences references, NodeSettings settings, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan LeastPeriod = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(100);

    private readonly HashSet<SiloAddress> _beingTold = [];
    private TopologyDocument? _document;
    private TopologyMessage? _message;
    private bool _isPublishing;

    /// <summary>The topology of the newest document; <see langword="null"/> before there is one.</summary>
    public TopologyMessage? Newest
    {
        get
        {
            if (_document is { } document && document.MapVersion != _message?.Version)
            {
                _message = TopologyMessages.Compose(document, settings.OptionsOf) ?? _message;
            }

            return _message;
        }
    }

    /// <summary>Takes another document, and lets the silos know.</summary>
    public void Take(TopologyDocument document)
    {
        _document = document;
        if (!_isPublishing)
        {
            _isPublishing = true;
            PublishAsync().Ignore();
        }
    }

    private async Task PublishAsync()
    {
        TopologyMessage? published = null;
        while (Newest is { } message && message != published)
        {
            published = message;
            foreach (var node in message.Nodes)
            {
                TellAsync(node).Ignore();
            }

            await Task.Delay(LeastPeriod, time);
        }

        _isPublishing = false;
    }

    private async Task TellAsync(NodeDescriptor node)
    {
        if (!_beingTold.Add(node.Address))
        {
            return;
        }

        TopologyMessage? told = null;
        var failures = 0;
        while (Newest is { } message && message != told && Array.Exists(message.Nodes, other => other.Address.Equals(node.Address)))
        {
            try
            {
                await references.Resolve(node.NodeType, node.Address).PublishAsync(message);
                told = message;
                failures = 0;
            }
#pragma warning disable CA1031 // Whatever failed, the silo is told again, or is found dead.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                // A silo that is gone would fill the log until that is known.
                LogPublishFailed(failures++ == 0 ? LogLevel.Information : LogLevel.Debug, node.Name, exception);
                await Task.Delay(RetryDelay, time);
            }
        }

        _beingTold.Remove(node.Address);
    }

    [LoggerMessage(EventId = EventIds.PublishFailed, Message = "Silo {Silo} could not be told about the topology; it is told again until it can be, or has left the grid.")]
    private partial void LogPublishFailed(LogLevel level, string silo, Exception exception);
}
