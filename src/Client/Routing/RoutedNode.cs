using Orleans.Cache.Contracts.Nodes;

namespace Orleans.Cache.Client.Routing;

/// <summary>A silo and the reference by which this process reaches its door. Immutable.</summary>
internal sealed record RoutedNode(NodeDescriptor Descriptor, ICacheNode Door);
