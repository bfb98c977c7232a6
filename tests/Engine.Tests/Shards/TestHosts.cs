using Orleans.Cache.Engine.Events;
using Orleans.Cache.Engine.Shards;

namespace Orleans.Cache.Engine.Tests.Shards;

/// <summary>Hosts for tests: small, all partitions open, the hash seeded.</summary>
internal static class TestHosts
{
    public const long Budget = 256 * 1024 * 1024;

    public static ShardHost Create(TimeProvider time, CacheOptions? options = null, int partitions = 8, long budget = Budget, Func<bool>? refuse = null, long staged = Budget) =>
        Create(time, new Dictionary<string, CacheOptions> { ["cache"] = options ?? new CacheOptions() }, partitions, budget, refuse, staged);

    public static ShardHost Create(TimeProvider time, Dictionary<string, CacheOptions> caches, int partitions, long budget, Func<bool>? refuse = null, long staged = Budget, bool isOpen = true, EventBuffer? events = null)
    {
        var host = new ShardHost(
            new ShardHostSettings
            {
                PartitionCount = partitions,
                MemoryBudgetBytes = budget,
                Limits = new CacheLimits { MaxValueBytes = 8 * 1024 * 1024 },
                Caches = caches,
                MaxStagedBytes = staged,
                HashSeed = 42,
                RefuseMemory = refuse,
                Events = events,
            },
            time);
        for (var partition = 0; isOpen && partition < partitions; partition++)
        {
            host.Open(partition, epoch: 1);
        }

        return host;
    }
}
