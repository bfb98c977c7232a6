using Orleans.Cache.Contracts.Nodes;

namespace Orleans.Cache.Grains.Topology;

/// <summary>Two descriptors are the same when they are of the same run of a silo: what a silo brings does not change while it runs.</summary>
internal sealed class NodeRunComparer : IEqualityComparer<NodeDescriptor>
{
    public static readonly NodeRunComparer Instance = new();

    public bool Equals(NodeDescriptor? x, NodeDescriptor? y) => x?.Address.Equals(y?.Address) ?? y is null;

    public int GetHashCode(NodeDescriptor obj) => obj.Address.GetHashCode();
}
