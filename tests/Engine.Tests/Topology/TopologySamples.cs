using Orleans.Cache.Engine.Topology;

namespace Orleans.Cache.Engine.Tests.Topology;

internal static class TopologySamples
{
    public static TopologyNode Node(string name) => new()
    {
        Name = name,
        Address = "10.0.0.1:11111@8",
        Gateway = "10.0.0.1:30000@8",
        NodeType = "sys.svc.user.1",
        Weight = 0.75,
        Zone = string.Empty,
        Caches = ["default"],
        Limits = new CacheLimits(),
        Replicas = 1,
        LeaseDuration = TimeSpan.FromMilliseconds(500),
        Tenure = TimeSpan.FromSeconds(31),
        SeenAt = 42,
    };
}
