using Orleans.Cache.Engine.Eviction;
using Orleans.Cache.TestKit;

namespace Orleans.Cache.Engine.Tests.Shards;

public sealed class ShardHostSoakTests
{
    public static TheoryData<string> Policies => [.. EvictionPolicies.Names];

    [Theory]
    [MemberData(nameof(Policies))]
    public void Execute_BudgetTooSmall_KeepsItAndTearsNothing(string policy)
    {
        var time = new ManualTimeProvider();
        using var host = TestHosts.Create(time, new CacheOptions { Eviction = policy }, partitions: 16, budget: 2 * 1024 * 1024);
        using var run = new SoakRun(host, number: 1, keys: 20_000, longestValue: 700);

        for (var stretch = 0; stretch < 10; stretch++)
        {
            run.Run(8_000);
            time.Advance(TimeSpan.FromMilliseconds(300));
            host.Sweep();
            host.Validate();
        }

        Assert.True(run.Hits > 0);
        Assert.True(host.GetStatistics()[0].Evictions > 0);
    }

    [Fact]
    public void Execute_SizesFromTinyToHuge_KeepsTheBudget()
    {
        using var host = TestHosts.Create(new ManualTimeProvider(), budget: 8 * 1024 * 1024);
        using var tiny = new SoakRun(host, number: 1, keys: 20_000, longestValue: 20);
        using var huge = new SoakRun(host, number: 2, keys: 100, longestValue: 300_000);

        for (var stretch = 0; stretch < 20; stretch++)
        {
            tiny.Run(3_000);
            huge.Run(100);
            host.Validate();
        }

        Assert.True(tiny.Hits > 0 && huge.Hits > 0);
    }

    [Theory]
    [MemberData(nameof(Policies))]
    public void Execute_ManyThreads_TearsNothing(string policy)
    {
        var time = new ManualTimeProvider();
        var caches = new Dictionary<string, CacheOptions>
        {
            ["one"] = new() { Eviction = policy },
            ["two"] = new() { Eviction = policy, MaxEntries = 500 },
        };
        using var host = TestHosts.Create(time, caches, partitions: 4, budget: 2 * 1024 * 1024);

        Parallel.For(0, 5, thread =>
        {
            if (thread == 4)
            {
                for (var round = 0; round < 200; round++)
                {
                    host.Sweep();
                    host.Close(3, epoch: 1);
                    host.Open(3, epoch: 1);
                }

                return;
            }

            using var run = new SoakRun(host, thread, keys: 4_000, longestValue: 900, cache: thread % 2);
            run.Run(20_000);
        });

        host.Validate();
    }
}
