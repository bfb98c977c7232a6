using Microsoft.Extensions.Logging;
using Orleans.Cache.Client.Routing;
using Orleans.Cache.Contracts.Nodes;
using Orleans.Cache.Contracts.Topology;
using Orleans.Cache.Engine.Replication.Format;
using Orleans.Cache.Engine.Topology;
using Orleans.Cache.Grains.Replication;
using Orleans.Placement;

namespace Orleans.Cache.Grains.Topology;

/// <summary>The grid's authority behind a grain's address: see <see cref="ITopologyGrain"/>. <see cref="TopologyAuthority"/> decides.</summary>
/// <remarks>Turns interleave where the interface says so: decisions then share a write.</remarks>
[KeepAlive]
[Immovable]
internal sealed partial class TopologyGrain : Grain, ITopologyGrain
{
    private readonly IClusterMembershipService _membership;
    private readonly TimeProvider _time;
    private readonly ILogger<TopologyGrain> _logger;
    private readonly TopologyAuthority _authority;
    private readonly TopologyPublisher _publisher;

    public TopologyGrain(
        IClusterMembershipService membership,
        ITopologyStore store,
        NodeSettings settings,
        NodeReferences references,
        TimeProvider time,
        ILogger<TopologyGrain> logger)
    {
        _membership = membership;
        _time = time;
        _logger = logger;
        _publisher = new TopologyPublisher(references, settings, time, logger);
        _authority = new TopologyAuthority(store, settings.ToReplicationSettings(time), time) { Changed = OnChanged };
    }

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        try
        {
            await CheckMembershipAsync(0);
            if (_authority.Document is { } document)
            {
                LogRecovered(document.MapVersion, document.Nodes.Count(static node => node.IsLive));
            }
        }
        catch (CacheUnavailableException exception)
        {
            // Each call tries again, and fails by itself if it must.
            LogRecordAway(exception);
        }
    }

    public async ValueTask<JoinReply> JoinAsync(NodeDescriptor node, long membershipVersion)
    {
        await _membership.Refresh(new MembershipVersion(membershipVersion));
        string? refusal = null;
        await _authority.ChangeAsync(document =>
        {
            // The clock of the wall counts only here: clients of an earlier grid take no map that seems older than theirs.
            document = document is null
                ? TopologyDocument.Begin(node.PartitionCount, _time.GetUtcNow().ToUnixTimeMilliseconds())
                : MarkDead(document, _membership.CurrentSnapshot);
            var members = document.Nodes.Where(static member => member.IsLive).Select(member => TopologyMessages.ToDescriptor(member, document.PartitionCount)).ToArray();
            refusal = NodeAdmission.Refuse(node, members);
            if (refusal is not null || members.Any(member => member.Address.Equals(node.Address) && !member.IsLeaving))
            {
                return document;
            }

            // A grid of which nothing is left may begin with other partitions.
            document = document.PartitionCount == node.PartitionCount ? document : document.WithPartitions(node.PartitionCount);
            return document.WithJoined(TopologyMessages.ToNode(node, membershipVersion));
        });
        return refusal is null ? new JoinReply(_publisher.Newest, null) : new JoinReply(null, refusal);
    }

    public async ValueTask DrainAsync(NodeDescriptor node)
    {
        var address = node.Address.ToParsableString();
        await _authority.ChangeAsync(document => document?.WithStates(member =>
            member.State == TopologyNodeState.Joined && string.Equals(member.Address, address, StringComparison.Ordinal) ? TopologyNodeState.Leaving : member.State));
    }

    public async ValueTask LeaveAsync(NodeDescriptor node)
    {
        var address = node.Address.ToParsableString();
        await _authority.ChangeAsync(document => document?.WithLeft(address));
    }

    public async ValueTask CheckMembershipAsync(long membershipVersion)
    {
        await _membership.Refresh(new MembershipVersion(membershipVersion));
        await _authority.ChangeAsync(document => document is null ? null : MarkDead(document, _membership.CurrentSnapshot));
    }

    public async ValueTask<BatchBytes> DecideAsync(BatchBytes requests)
    {
        using (requests)
        {
            return PacketWriter.RepliesOf(await _authority.DecideAsync(ReplicationFormat.ReadRequests(requests.Span)));
        }
    }

    public ValueTask<TopologyMessage?> GetAsync(long knownVersion) =>
        ValueTask.FromResult(_publisher.Newest is { } newest && newest.Version > knownVersion ? newest : null);

    /// <summary>A silo that stops in order is not dead before it has stopped: it may still hand over.</summary>
    private static TopologyDocument MarkDead(TopologyDocument document, ClusterMembershipSnapshot view) => document.WithStates(node =>
        node.IsLive && view.GetSiloStatus(SiloAddress.FromParsableString(node.Address), new MembershipVersion(node.SeenAt)) == SiloStatus.Dead
            ? TopologyNodeState.Dead
            : node.State);

    private void OnChanged(TopologyDocument document)
    {
        LogMapChanged(document.MapVersion, document.Nodes.Count(static node => node.IsLive));
        _publisher.Take(document);
    }

    [LoggerMessage(EventIds.Recovered, LogLevel.Information, "The topology grain starts with the recorded map of version {Version} over {Silos} silos.")]
    private partial void LogRecovered(long version, int silos);

    [LoggerMessage(EventIds.MapChanged, LogLevel.Debug, "The map has version {Version} now, over {Silos} silos.")]
    private partial void LogMapChanged(long version, int silos);

    [LoggerMessage(EventIds.RecordAway, LogLevel.Warning, "The grid's record cannot be read; the topology grain tries again at the next call.")]
    private partial void LogRecordAway(Exception exception);
}
