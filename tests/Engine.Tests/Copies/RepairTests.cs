using System.Text;
using Orleans.Cache.Engine.Batches;
using Orleans.Cache.Engine.Repair;
using Orleans.Cache.Engine.Shards;
using Orleans.Cache.Engine.Tests.Shards;

namespace Orleans.Cache.Engine.Tests.Copies;

/// <summary>Replicas that were damaged on purpose, over real shards.</summary>
public sealed class RepairTests
{
    private const int Keys = 2000;

    [Fact]
    public void CopiesThatAreTheSame_AreFoundSo_WhileWritesGoOn()
    {
        using var grid = Started();
        using var driver = new HostDriver(grid.Shards(0));
        for (var round = 0; round < 20; round++)
        {
            CompareAll(grid);
            for (var key = 0; key < 50; key++)
            {
                driver.Set($"key{(round * 37) + key}", Encoding.UTF8.GetBytes($"round{round}"));
                driver.Remove($"key{(round * 91) + key}");
            }

            grid.Run(30);
        }

        grid.Run(500);
        var counts = grid.Copies(1).Repairs;
        Assert.Equal(20 * CopyGrid.Partitions * 2 * EntryDigest.Buckets, counts.Compared);
        Assert.Equal(0, counts.Differing);
        Assert.Equal(0, grid.Copies(0).Repairs.Sent);
    }

    [Fact]
    public void ReplicaThatLacksAndHasOtherEntries_IsMended()
    {
        using var grid = Started();
        var damaged = Damage(grid, 1);

        Mend(grid);

        AssertSame(grid);
        var counts = grid.Copies(1).Repairs;
        Assert.Equal((damaged, damaged, damaged), (counts.Different, counts.Missing, counts.Extra));
        Assert.Equal(damaged, counts.Dropped);
        Assert.True(grid.Copies(0).Repairs.Sent < Keys, $"{grid.Copies(0).Repairs.Sent} entries were sent");
        var (different, missing, extra) = (0, 0, 0);
        while (counts.TryTake(out var found))
        {
            Assert.Equal("cache", found.Cache);
            (different, missing, extra) = (different + found.Different, missing + found.Missing, extra + found.Extra);
        }

        Assert.Equal((damaged, damaged, damaged), (different, missing, extra));

        // What was mended outlives the owner.
        var expected = Entries(grid, 0);
        grid.Kill(0);
        grid.RunUntil(() => Enumerable.Range(0, CopyGrid.Partitions).All(partition => grid.Copies(1).StatusOf(partition).IsServing));
        Assert.Equal(expected, Entries(grid, 1));
    }

    [Fact]
    public void Mending_WhileWritesGoOnAndMessagesAreLost_EndsInTheSame()
    {
        using var grid = Started();
        grid.LossPercent = 10;
        grid.MaxDelay = 5;
        Damage(grid, 1);
        using var driver = new HostDriver(grid.Shards(0));
        var random = new Random(4);
        for (var round = 0; round < 60; round++)
        {
            CompareAll(grid);
            for (var key = 0; key < 20; key++)
            {
                driver.Set($"key{random.Next(Keys)}", BitConverter.GetBytes(random.Next()));
                driver.Remove($"key{random.Next(Keys)}");
            }

            grid.Run(100);
        }

        grid.LossPercent = 0;
        grid.Run(1000);
        Mend(grid);
        AssertSame(grid);
    }

    [Fact]
    public void CopiesThatEvict_AreComparedByWhatBothHave()
    {
        using var grid = Started(new CacheOptions { MaxEntries = 800 });
        var shards = grid.Shards(1);
        Assert.Contains(true, Enumerable.Range(0, CopyGrid.Partitions).Select(partition => shards.HasEvicted(0, partition)));
        var before = Entries(grid, 1);
        var common = Entries(grid, 0).Keys.Where(before.ContainsKey).Take(40).ToArray();
        foreach (var key in common)
        {
            Overwrite(shards, key, "damaged");
        }

        Mend(grid);

        var after = Entries(grid, 1);
        Assert.All(common, key => Assert.False(after.ContainsKey(key)));
        Assert.Equal(before.Count - common.Length, after.Count);
        var counts = grid.Copies(1).Repairs;
        Assert.Equal((common.Length, 0, 0), (counts.Different, counts.Missing, counts.Extra));
        Assert.Equal(0, grid.Copies(0).Repairs.Sent);
    }

    [Fact]
    public void OwnerThatIsAlone_ComparesNothing()
    {
        using var grid = new CopyGrid(1, seed: 1);
        grid.WantAll(0);
        grid.Settle(0);

        CompareAll(grid);
        grid.Run(500);

        Assert.Equal(0, grid.Copies(0).Repairs.Compared);
        Assert.True(grid.Copies(0).StatusOf(0).IsServing);
    }

    private static CopyGrid Started(CacheOptions? options = null)
    {
        var grid = new CopyGrid(2, seed: 5, options: options);
        grid.WantAll(0, 1);
        grid.Settle(0, 1);
        using var driver = new HostDriver(grid.Shards(0));
        for (var key = 0; key < Keys; key++)
        {
            driver.Set($"key{key}", Encoding.UTF8.GetBytes($"value{key}"));
            if (key % 50 == 0)
            {
                grid.Run(10);
            }
        }

        driver.Set("large", new byte[100_000]);
        grid.Run(500);
        return grid;
    }

    /// <summary>Overwrites, removes and adds entries behind the copy's back.</summary>
    /// <returns>How many of each.</returns>
    private static int Damage(CopyGrid grid, int node)
    {
        const int Each = 3;
        var shards = grid.Shards(node);
        for (var key = 0; key < Each - 1; key++)
        {
            Overwrite(shards, $"key{key}", "damaged");
        }

        Overwrite(shards, "large", "damaged");
        for (var key = 0; key < Each; key++)
        {
            Apply(shards, Orleans.Cache.Engine.Copies.ChangeKind.Removal, $"key{100 + key}", "", 0);
            Overwrite(shards, $"ghost{key}", "should not be");
        }

        return Each;
    }

    private static void Overwrite(ShardHost shards, string key, string value) => Apply(shards, Orleans.Cache.Engine.Copies.ChangeKind.Entry, key, value, 12345);

    private static void Apply(ShardHost shards, Orleans.Cache.Engine.Copies.ChangeKind kind, string key, string value, long version) =>
        shards.Apply(Slot.Of(key).PartitionOf(CopyGrid.Partitions), new Orleans.Cache.Engine.Copies.EntryChange
        {
            Kind = kind,
            Cache = "cache"u8,
            Key = Encoding.UTF8.GetBytes(key),
            Value = Encoding.UTF8.GetBytes(value),
            Version = version,
            TimeToLive = ShardOperation.Forever,
            Sliding = 0,
            SlidingLeft = 0,
        });

    private static void CompareAll(CopyGrid grid)
    {
        for (var partition = 0; partition < CopyGrid.Partitions; partition++)
        {
            grid.Copies(0).Compare(partition);
        }
    }

    /// <summary>Compares until nothing is found, some turns at most.</summary>
    private static void Mend(CopyGrid grid)
    {
        for (var turn = 0; turn < 12; turn++)
        {
            CompareAll(grid);
            grid.Run(500);
        }
    }

    private static void AssertSame(CopyGrid grid) => Assert.Equal(Entries(grid, 0), Entries(grid, 1));

    private static SortedDictionary<string, (long Version, string Value)> Entries(CopyGrid grid, int node)
    {
        var entries = new SortedDictionary<string, (long, string)>(StringComparer.Ordinal);
        for (var partition = 0; partition < CopyGrid.Partitions; partition++)
        {
            uint cursor = 0;
            do
            {
                grid.Shards(node).Scan(0, partition, ref cursor, entry => entries[Encoding.UTF8.GetString(entry.Key)] =
                    (entry.Version, entry.IsLarge ? $"{entry.ValueLength} bytes" : Encoding.UTF8.GetString(entry.Value)));
            }
            while (cursor != 0);
        }

        return entries;
    }
}
