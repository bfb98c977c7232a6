using Orleans.Cache.Engine.Eviction;

namespace Orleans.Cache.Engine.Tests.Eviction;

public sealed class EvictionPolicyTests
{
    [Fact]
    public void Loop_LargerThanTheCache_DefeatsLruAndNotWindowTinyLfu()
    {
        const int capacity = 200;
        const int loop = 1_000;
        const int rounds = 40;
        var requests = Enumerable.Range(0, loop * rounds).Select(static step => step % loop).ToList();

        Assert.Equal(0, HitsOf(EvictionPolicies.Lru, requests, capacity));

        // Nobody can hit more than the fifth of the loop that fits; three quarters of that, the rounds of learning included.
        Assert.True(HitsOf(EvictionPolicies.WindowTinyLfu, requests, capacity) > requests.Count / 5 * 3 / 4);
    }

    [Theory]
    [InlineData(EvictionPolicies.S3Fifo)]
    [InlineData(EvictionPolicies.WindowTinyLfu)]
    public void Scan_ThroughWarmCache_LeavesWhatIsInUse(string policy)
    {
        const int capacity = 1_000;
        const int hot = 500;
        using var resistant = Warm(policy);
        using var lru = Warm(EvictionPolicies.Lru);

        foreach (var world in new[] { resistant, lru })
        {
            for (var key = hot; key < hot + (3 * capacity); key++)
            {
                world.Request(key, capacity);
            }
        }

        Assert.Equal(0, lru.Entries.Keys.Count(static key => key < hot));
        Assert.True(resistant.Entries.Keys.Count(static key => key < hot) > hot * 9 / 10);

        static PolicyWorld Warm(string policy)
        {
            var world = new PolicyWorld(policy);
            for (var request = 0; request < hot * 4; request++)
            {
                world.Request(request % hot, capacity);
            }

            for (var key = -1; key > -capacity; key--)
            {
                world.Request(key, capacity);
            }

            // Used again after they left the small queue and the window.
            for (var key = 0; key < hot; key++)
            {
                world.Request(key, capacity);
            }

            return world;
        }
    }

    [Fact]
    public void S3Fifo_EveryEntryUsed_ChoosesVictimInFewMoves()
    {
        const int entries = 20_000;
        const int movesPerVictim = 64;
        using var world = new PolicyWorld();
        for (var key = 0; key < entries; key++)
        {
            world.Add(key);
            world.Use(key);
            world.Use(key);
        }

        for (var eviction = 1; eviction <= 100; eviction++)
        {
            world.Evict();
            Assert.True(world.Entries.Values.Count(reference => world.Arena.Entry(reference).Frequency != 2) <= eviction * movesPerVictim);
        }

        world.Policy.Validate();
    }

    [Fact]
    public void Forget_EmptyPolicies_GiveTheirMemoryBack()
    {
        foreach (var policy in EvictionPolicies.Names)
        {
            using var world = new PolicyWorld(policy);
            for (var key = 0; key < 20_000; key++)
            {
                world.Request(key % 7_000, capacity: 5_000);
            }

            while (world.Entries.Count > 0)
            {
                world.Evict();
            }

            world.Policy.Forget();

            // What is left are the last blocks of the queues.
            Assert.InRange(world.Arena.UsedBytes, 0, 3 * 4_096);
        }
    }

    private static int HitsOf(string policy, IEnumerable<int> requests, int capacity)
    {
        using var world = new PolicyWorld(policy);
        var hits = requests.Count(key => world.Request(key, capacity));
        world.Policy.Validate();
        return hits;
    }
}
