using System.Text;
using Orleans.Cache.Process.Tests.Processes;

namespace Orleans.Cache.Process.Tests;

/// <summary>The replay of a trace against three silos, and what strict LRU makes of the same trace.</summary>
[Collection(nameof(ThreeSilos))]
public sealed class ReplayTests(ThreeSiloGrid grid) : GridTests(grid)
{
    private const int Requests = 6000;
    private const int DifferentKeys = 1000;
    private const int Seed = 20_261_120;

    [Fact]
    public async Task Replay_InTheOrderOfTheTrace_HitsAsOftenAsStrictLru()
    {
        await using var client = await grid.ConnectAsync();
        var topology = await client.Grid.GetTopologyAsync();
        string[] trace = [.. ZipfLikeTrace()];
        var expected = new LruModel(topology, ThreeSiloGrid.SmallCacheEntries);
        var hits = trace.Count(expected.Request);

        var replay = (await grid.OcacheAsync(
            0,
            Encoding.UTF8.GetBytes(string.Join('\n', trace)),
            "replay", "-", "--cache", ThreeSiloGrid.SmallCache, "--concurrency", "1", "--json")).Done().Json;
        var counted = (await client.Grid.GetStatisticsAsync()).SelectMany(silo => silo.Caches).Where(cache => cache.Cache == ThreeSiloGrid.SmallCache).ToArray();

        // One request at a time, and each silo evicts by one list over its partitions: no tolerance is needed.
        Assert.Equal((Requests, hits), (replay.GetProperty("requests").GetInt32(), replay.GetProperty("hits").GetInt32()));
        Assert.Equal(
            (hits, Requests - hits, expected.Entries, Requests - hits - expected.Entries),
            (counted.Sum(cache => cache.Hits), counted.Sum(cache => cache.Misses), counted.Sum(cache => cache.Entries), counted.Sum(cache => cache.Evictions)));
        Assert.InRange(hits, Requests / 10, Requests * 9 / 10);
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
