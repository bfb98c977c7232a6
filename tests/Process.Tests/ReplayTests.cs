using System.Text;
using Orleans.Cache.Process.Tests.Processes;

namespace Orleans.Cache.Process.Tests;

/// <summary>The replay of a trace against three silos, and what strict LRU makes of the same trace.</summary>
public sealed class ReplayTests(SmallCacheGrid grid) : GridTests(grid), IClassFixture<SmallCacheGrid>
{
    private const int Requests = 6000;
    private const int DifferentKeys = 1000;
    private const int Seed = 20_261_120;

    [Fact]
    public async Task Replay_InTheOrderOfTheTrace_HitsAsOftenAsStrictLru()
    {
        await using var client = await grid.ConnectAsync();
        await UntilOnlyOwnersHoldEntriesAsync(client);
        var topology = await client.Grid.GetTopologyAsync();
        var before = await CountAsync(client);
        string[] trace = [.. ZipfLikeTrace()];
        var expected = new LruModel(topology, SmallCacheGrid.SmallCacheEntries);
        var hits = trace.Count(expected.Request);

        var replay = (await grid.OcacheAsync(
            0,
            Encoding.UTF8.GetBytes(string.Join('\n', trace)),
            "replay", "-", "--cache", SmallCacheGrid.SmallCache, "--concurrency", "1", "--json")).Done().Json;
        var counted = await CountAsync(client);

        // One request at a time, and each silo evicts by one list over its partitions: no tolerance is needed.
        Assert.Equal((Requests, hits), (replay.GetProperty("requests").GetInt32(), replay.GetProperty("hits").GetInt32()));
        Assert.Equal(
            (hits, Requests - hits, expected.Entries, Requests - hits - expected.Entries),
            (counted.Hits - before.Hits, counted.Misses - before.Misses, counted.Entries, counted.Evictions - before.Evictions));
        Assert.InRange(hits, Requests / 10, Requests * 9 / 10);
    }

    /// <summary>A silo that gave partitions away holds them for a moment still, and has their part of the limit.</summary>
    private async Task UntilOnlyOwnersHoldEntriesAsync(OutsideClient client)
    {
        var cache = client.Grid.GetCache(SmallCacheGrid.SmallCache);
        CacheKey[] keys = [.. Enumerable.Range(0, 2000).Select(static number => (CacheKey)$"filler:{number}")];
        await Wait.UntilAsync(
            "the silos hold what they own",
            async token =>
            {
                await cache.SetManyAsync([.. keys.Select(static key => new CacheSetItem(key, new byte[] { 1 }))], token);
                // Each rounds its part up.
                Assert.InRange((await CountAsync(client)).Entries, 1, SmallCacheGrid.SmallCacheEntries + 3);
            },
            () => grid.Transcript);
        await cache.RemoveManyAsync(keys);
        Assert.Equal(0, (await CountAsync(client)).Entries);
    }

    private static async Task<(long Hits, long Misses, long Entries, long Evictions)> CountAsync(OutsideClient client)
    {
        var caches = (await client.Grid.GetStatisticsAsync()).SelectMany(silo => silo.Caches).Where(cache => cache.Cache == SmallCacheGrid.SmallCache).ToArray();
        return (caches.Sum(cache => cache.Hits), caches.Sum(cache => cache.Misses), caches.Sum(cache => cache.Entries), caches.Sum(cache => cache.Evictions));
    }

    /// <summary>A few keys are asked for very often and most of them rarely: the rank of a key falls off as a power does.</summary>
    private static IEnumerable<string> ZipfLikeTrace()
    {
        var random = new Random(Seed);
        for (var request = 0; request < Requests; request++)
        {
            yield return $"trace:{(int)Math.Pow(DifferentKeys, random.NextDouble())}";
        }
    }

    /// <summary>What every silo holds of a cache with a limit of entries: the most recently used keys of its own partitions.</summary>
    private sealed class LruModel
    {
        private readonly GridTopology _topology;
        private readonly int[] _capacities;
        private readonly LinkedList<string>[] _silos;

        public LruModel(GridTopology topology, int maxEntries)
        {
            _topology = topology;
            _capacities = [.. topology.Silos.Select(silo => (int)Math.Ceiling((double)maxEntries * silo.Partitions / topology.PartitionCount))];
            _silos = [.. topology.Silos.Select(_ => new LinkedList<string>())];
        }

        public int Entries => _silos.Sum(silo => silo.Count);

        /// <summary>A get, and a set on a miss.</summary>
        public bool Request(string key)
        {
            var owner = _topology.Owners[Slot.Of(key).PartitionOf(_topology.PartitionCount)];
            var entries = _silos[owner];
            var hit = entries.Remove(key);
            entries.AddFirst(key);
            if (entries.Count > _capacities[owner])
            {
                entries.RemoveLast();
            }

            return hit;
        }
    }
}
