using Microsoft.Extensions.Logging;
using Orleans.Cache.Client.Routing;
using Orleans.Cache.Contracts.Nodes;
using Orleans.Cache.Contracts.Topology;
using Orleans.Cache.Engine.Topology;
using Orleans.Placement;

namespace Orleans.Cache.Grains.Topology;

/// <summary>
/// Decides which silo owns which partition: see <see cref="ITopologyGrain"/>. The wanted map holds at once, and what moves starts empty.
/// </summary>
/// <remarks>
/// Turns do not interleave, except for reads of the published snapshot. A version starts with the version of the membership, so that an
/// activation that did not learn of its predecessor's last map still publishes higher ones once a silo's death made it necessary.
/// </remarks>
[KeepAlive]
[Immovable]
internal sealed partial class TopologyGrain(
    IClusterMembershipService membership,
    NodeTopology localNode,
    NodeReferences references,
    TimeProvider time,
    ILogger<TopologyGrain> logger) : Grain, ITopologyGrain
{
    private const int MembershipVersionShift = 20;
    private static readonly TimeSpan PublishDelay = TimeSpan.FromMilliseconds(100);

    private readonly Dictionary<SiloAddress, NodeDescriptor> _nodes = [];
    private PartitionMap? _map;
    private TopologyMessage? _published;

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        var silos = ActiveSilos();
        var answers = await Task.WhenAll(silos.Select(TryDescribeAsync));
        foreach (var status in answers.OfType<NodeStatus>().Where(static status => status.Joined))
        {
            _nodes[status.Descriptor.Address] = status.Descriptor;
        }

        _published = answers.Select(static status => status?.Topology).OfType<TopologyMessage>().MaxBy(static message => message.Version);
        if (_published is not null)
        {
            _map = new GridSnapshot(_published, references).Map;
            LogRecovered(_published.Version, _nodes.Count);
            await PublishChangesAsync();
        }
    }

    public async ValueTask<JoinReply> JoinAsync(NodeDescriptor node, long membershipVersion)
    {
        await membership.Refresh(new MembershipVersion(membershipVersion));
        DropDeadNodes();
        if (NodeAdmission.Refuse(node, _nodes.Values) is { } refusal)
        {
            return new JoinReply(null, refusal);
        }

        _nodes[node.Address] = node;
        await PublishChangesAsync();
        return new JoinReply(_published, null);
    }

    public async ValueTask LeaveAsync(NodeDescriptor node)
    {
        if (_nodes.Remove(node.Address))
        {
            await PublishChangesAsync(alsoTo: node);
        }
    }

    public async ValueTask CheckMembershipAsync(long membershipVersion)
    {
        await membership.Refresh(new MembershipVersion(membershipVersion));
        await PublishChangesAsync();
    }

    public ValueTask<BatchBytes> DecideAsync(BatchBytes requests) => throw new NotImplementedException();

    public ValueTask<TopologyMessage?> GetAsync(long knownVersion)
    {
        var published = _published;
        return ValueTask.FromResult(published?.Version > knownVersion ? published : null);
    }

    private IEnumerable<SiloAddress> ActiveSilos() => membership.CurrentSnapshot.Members.Values
        .Where(static member => member.Status == SiloStatus.Active)
        .Select(static member => member.SiloAddress);

    private void DropDeadNodes()
    {
        var view = membership.CurrentSnapshot;
        foreach (var address in _nodes.Keys.Where(address => view.GetSiloStatus(address).IsTerminating()).ToArray())
        {
            _nodes.Remove(address);
        }
    }

    /// <summary>Makes and publishes the next map, if the grid's silos are not those of the last one.</summary>
    private async Task PublishChangesAsync(NodeDescriptor? alsoTo = null)
    {
        DropDeadNodes();
        var nodes = _nodes.Values.OrderBy(static node => node.Name, StringComparer.Ordinal).ToArray();
        if (nodes.Length == 0 || (_published is not null && nodes.SequenceEqual(_published.Nodes, NodeRunComparer.Instance)))
        {
            return;
        }

        _map = MakeNextMap(nodes);
        _published = new TopologyMessage(
            _map.Version,
            nodes,
            _map.Owners.ToArray(),
            _map.Epochs.ToArray(),
            [.. nodes.Select(static node => node.Caches.AsEnumerable()).Aggregate(static (left, right) => left.Intersect(right, StringComparer.Ordinal))],
            nodes.Select(static node => node.Limits).Aggregate(LimitsMessage.Least));
        LogMapChanged(_map.Version, nodes.Length);
        await Task.WhenAll(nodes.Append(alsoTo).OfType<NodeDescriptor>().Select(node => PublishAsync(node, _published)));
    }

    private PartitionMap MakeNextMap(NodeDescriptor[] nodes)
    {
        MapSilo[] silos = [.. nodes.Select(static node => node.ToMapSilo())];
        var first = nodes[0];
        var current = _map ?? PartitionMap.Empty(first.PartitionCount);
        var version = Math.Max(current.Version + 1, membership.CurrentSnapshot.Version.Value << MembershipVersionShift);
        var wanted = WantedMap.Compute(
            [.. silos.Select(static silo => silo.ToMember())],
            first.PartitionCount,
            replicas: 0,
            WantedMapSettings.Default);
        return current.Next(version, silos, wanted);
    }

    private async Task<NodeStatus?> TryDescribeAsync(SiloAddress silo)
    {
        try
        {
            return await references.Resolve(localNode.NodeType, silo).DescribeAsync();
        }
#pragma warning disable CA1031 // A silo that does not answer, or does not host the grid, has nothing to say about it.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogPublishFailed(silo.ToString(), exception);
            return null;
        }
    }

    /// <summary>Tells a silo. One that cannot be told at once, such as one that the others do not see yet, is told again in the background.</summary>
    private async Task PublishAsync(NodeDescriptor node, TopologyMessage message)
    {
        if (!await TryPublishAsync(node, message))
        {
            PublishAgainAsync(node, message).Ignore();
        }
    }

    private async Task PublishAgainAsync(NodeDescriptor node, TopologyMessage message)
    {
        do
        {
            await Task.Delay(PublishDelay, time);
        }
        while (ReferenceEquals(_published, message) && _nodes.ContainsKey(node.Address) && !await TryPublishAsync(node, message));
    }

    private async Task<bool> TryPublishAsync(NodeDescriptor node, TopologyMessage message)
    {
        try
        {
            await references.Resolve(node.NodeType, node.Address).PublishAsync(message);
            return true;
        }
#pragma warning disable CA1031 // Whatever failed, the silo is told again, or is found dead.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogPublishFailed(node.Name, exception);
            return false;
        }
    }

    [LoggerMessage(EventIds.Recovered, LogLevel.Information, "The topology grain starts anew from the map of version {Version}; {Silos} silos say that they are in the grid.")]
    private partial void LogRecovered(long version, int silos);

    [LoggerMessage(EventIds.MapChanged, LogLevel.Information, "The map has version {Version} now, over {Silos} silos.")]
    private partial void LogMapChanged(long version, int silos);

    [LoggerMessage(EventIds.PublishFailed, LogLevel.Information, "Silo {Silo} could not be asked or told about the topology.")]
    private partial void LogPublishFailed(string silo, Exception exception);
}
