using System.Net;
using Orleans.Cache.Client.Routing;

namespace Orleans.Cache.Grains.Topology.Stores;

/// <summary>
/// For development clustering: the record is in the memory of the silo that keeps the membership, the primary. Without that silo nothing
/// can be recorded, as no membership can change either. Safe for any number of threads.
/// </summary>
internal sealed class PrimarySiloTopologyStore(
    IPEndPoint primary, NodeTopology localNode, NodeReferences references, IClusterMembershipService membership) : ITopologyStore
{
    public async ValueTask<StoredTopology?> ReadAsync(CancellationToken cancellationToken)
    {
        var stored = await references.ResolveStore(localNode.NodeType, FindPrimary()).ReadTopologyAsync().AsTask().WaitAsync(cancellationToken);
        return stored is null ? null : new StoredTopology(stored.Version, stored.Content);
    }

    public async ValueTask<bool> TryWriteAsync(ReadOnlyMemory<byte> content, long expectedVersion, CancellationToken cancellationToken) =>
        await references.ResolveStore(localNode.NodeType, FindPrimary())
            .TryWriteTopologyAsync(content.ToArray(), expectedVersion)
            .AsTask()
            .WaitAsync(cancellationToken);

    private SiloAddress FindPrimary() => membership.CurrentSnapshot.Members.Values
        .Where(member => member.Status == SiloStatus.Active && member.SiloAddress.Endpoint.Equals(primary))
        .Select(static member => member.SiloAddress)
        .MaxBy(static address => address.Generation)
        ?? throw new SiloUnavailableException($"The primary silo {primary}, which keeps the membership and the grid's record, is not running.");
}
