using Orleans.Cache.Engine.Topology;

namespace Orleans.Cache.Cluster.Tests.Topology;

internal static class TopologySamples
{
    public static TopologyNode Node(string name, string address) => new()
    {
        Name = name,
        Address = address,
        Gateway = string.Empty,
        NodeType = "node",
        Weight = 1,
        Zone = string.Empty,
        Caches = ["default"],
        Limits = new CacheLimits(),
        Replicas = 1,
        LeaseDuration = TimeSpan.FromSeconds(0.5),
        Tenure = TimeSpan.FromSeconds(31),
        SeenAt = 1,
    };
}
