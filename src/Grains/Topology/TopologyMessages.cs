using Orleans.Cache.Contracts.Nodes;
using Orleans.Cache.Contracts.Topology;
using Orleans.Cache.Engine.Replication;
using Orleans.Cache.Engine.Topology;

namespace Orleans.Cache.Grains.Topology;

/// <summary>Between what is recorded and what goes over the wire. Pure.</summary>
internal static class TopologyMessages
{
    /// <summary>A silo that wants to join, as it is recorded.</summary>
    public static TopologyNode ToNode(NodeDescriptor node, long membershipVersion) => new()
    {
        Name = node.Name,
        Address = node.Address.ToParsableString(),
        Gateway = node.Gateway?.ToParsableString() ?? string.Empty,
        NodeType = node.NodeType,
        Weight = node.Weight,
        Zone = node.Zone,
        Caches = node.Caches,
        Limits = node.Limits.ToLimits(),
        Replicas = node.Replicas,
        LeaseDuration = node.LeaseDuration,
        Tenure = node.Tenure,
        SeenAt = membershipVersion,
    };

    public static NodeDescriptor ToDescriptor(TopologyNode node, int partitionCount) => new()
    {
        Name = node.Name,
        Address = SiloAddress.FromParsableString(node.Address),
        Gateway = node.Gateway.Length == 0 ? null : SiloAddress.FromParsableString(node.Gateway),
        NodeType = node.NodeType,
        Weight = node.Weight,
        Zone = node.Zone,
        PartitionCount = partitionCount,
        Caches = node.Caches,
        Limits = LimitsMessage.From(node.Limits),
        Replicas = node.Replicas,
        LeaseDuration = node.LeaseDuration,
        Tenure = node.Tenure,
        Number = node.Number,
        Run = node.Run,
        IsLeaving = node.State == TopologyNodeState.Leaving,
    };

    /// <summary>What callers must know of a document; <see langword="null"/> where no silo is left to be called.</summary>
    /// <param name="document">What is recorded.</param>
    /// <param name="optionsOf">The options of a cache, as this silo has them: they are the same on every silo.</param>
    public static TopologyMessage? Compose(TopologyDocument document, Func<string, CacheOptions> optionsOf)
    {
        var nodes = document.Nodes
            .Where(static node => node.IsLive)
            .Select(node => ToDescriptor(node, document.PartitionCount))
            .OrderBy(static node => node.Name, StringComparer.Ordinal)
            .ToArray();
        if (nodes.Length == 0)
        {
            return null;
        }

        var owners = new short[document.PartitionCount];
        var epochs = new long[document.PartitionCount];
        var replicas = new short[document.PartitionCount][];
        for (var partition = 0; partition < owners.Length; partition++)
        {
            var configuration = document.Configurations[partition];
            var owner = IndexOf(nodes, configuration.Owner);
            owners[partition] = owner;
            epochs[partition] = configuration.Epoch;

            // Also where the owner is lost: reads that any copy may answer go on meanwhile.
            replicas[partition] = [.. configuration.InSync.Select(copy => IndexOf(nodes, copy)).Where(index => index != PartitionMap.NoOwner && index != owner).Distinct()];
        }

        var caches = nodes.Select(static node => node.Caches.AsEnumerable()).Aggregate(static (left, right) => left.Intersect(right, StringComparer.Ordinal)).ToArray();
        var levels = caches.Select(cache => (byte)optionsOf(cache).ReadLevel).ToArray();
        var near = caches.Select(cache => NearCacheMessage.From(optionsOf(cache))).ToArray();
        return new TopologyMessage(
            document.MapVersion,
            nodes,
            owners,
            epochs,
            caches,
            nodes.Select(static node => node.Limits).Aggregate(LimitsMessage.Least),
            Flatten(replicas),
            levels.AsSpan().ContainsAnyExcept((byte)CacheReadLevel.Owner) ? levels : null,
            document.Began,
            near.Any(static cache => cache.Mode != CacheNearMode.Off) ? near : null);
    }

    /// <summary>The run of a silo that holds a copy, among those that are there.</summary>
    private static short IndexOf(NodeDescriptor[] nodes, CopyId copy) =>
        (short)Array.FindIndex(nodes, node => node.Number == copy.Node && node.Run == copy.Incarnation >> TopologyDocument.RunShift);

    private static short[]? Flatten(short[][] replicas)
    {
        var slots = replicas.Max(static indexes => indexes.Length);
        if (slots == 0)
        {
            return null;
        }

        var flat = new short[replicas.Length * slots];
        flat.AsSpan().Fill(PartitionMap.NoOwner);
        for (var partition = 0; partition < replicas.Length; partition++)
        {
            replicas[partition].CopyTo(flat, partition * slots);
        }

        return flat;
    }
}
