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
    public void EntryThatIsGoneByItsTag_IsNoneOnEitherSide()
    {
        using var grid = Started();
        using var driver = new HostDriver(grid.Shards(0));
        var tag = TagOf("t");
        for (var key = 0; key < 40; key++)
        {
            SetTagged(driver, $"key{key}", tag, $"tagged{key}");
        }

        grid.Run(500);
        RemoveTag(driver, tag);
        grid.Run(500);
        var expected = Entries(grid, 0);
        Assert.False(expected.ContainsKey("key0"));

        Mend(grid);

        AssertSame(grid);
        Assert.Equal(expected, Entries(grid, 0));
        Assert.Equal(0, grid.Copies(1).Repairs.Differing);

        // It came back on the replica only, as if that had not heard of the removal: under a version that no removal covers.
        Overwrite(grid.Shards(1), "key0", "back", version: long.MaxValue / 2);
        Mend(grid);
        Assert.Equal(expected, Entries(grid, 1));
        Assert.Equal(1, grid.Copies(1).Repairs.Extra);
    }

    [Fact]
    public void WhatIsSentAgain_HasItsTags_AndRemovesOrBringsBackNothing()
    {
        using var grid = Started();
        using var driver = new HostDriver(grid.Shards(0));
        var (kept, removed) = (TagOf("kept"), TagOf("removed"));
        for (var key = 0; key < 40; key++)
        {
            SetTagged(driver, $"key{key}", key % 2 == 0 ? kept : removed, $"tagged{key}");
        }

        RemoveTag(driver, removed);
        grid.Run(500);
        var expected = Entries(grid, 0);

        // The same version and value, but no tags; one that is not there; and one that is gone by its tag, there still in memory.
        Overwrite(grid.Shards(1), "key0", "tagged0", expected["key0"].Version);
        Apply(grid.Shards(1), Orleans.Cache.Engine.Copies.ChangeKind.Removal, "key2", "", 0);
        Mend(grid);

        var counts = grid.Copies(1).Repairs;
        Assert.Equal((1, 1, 0), (counts.Different, counts.Missing, counts.Extra));
        Assert.Equal(expected, Entries(grid, 0));
        Assert.Equal(expected, Entries(grid, 1));

        // The tags are the owner's again: they remove the entries on both copies, in the same record of the log.
        RemoveTag(driver, kept);
        grid.Run(500);
        AssertSame(grid);
        Assert.DoesNotContain("key0", Entries(grid, 1).Keys);
        Assert.DoesNotContain("key2", Entries(grid, 1).Keys);
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

    private static void Overwrite(ShardHost shards, string key, string value, long version = 12345) =>
        Apply(shards, Orleans.Cache.Engine.Copies.ChangeKind.Entry, key, value, version);

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

    private static byte[] TagOf(string tag)
    {
        var section = new byte[TagSection.BytesOf(1)];
        TagSection.Write(section, [Encoding.UTF8.GetBytes(tag)]);
        return section;
    }

    private static void SetTagged(HostDriver driver, string key, byte[] tags, string value)
    {
        driver.One(new ShardOperation { Kind = OperationKind.SetTagged }, Encoding.UTF8.GetBytes(key), [.. tags, .. Encoding.UTF8.GetBytes(value)]);
        Assert.Equal(OperationStatus.Done, driver.Results[0].Status);
    }

    /// <summary>Removes it from all partitions.</summary>
    private static void RemoveTag(HostDriver driver, byte[] tags)
    {
        foreach (var partition in Enumerable.Range(0, CopyGrid.Partitions))
        {
            var key = Enumerable.Range(0, 1000).Select(static number => $"p{number}").First(name => Slot.Of(name).PartitionOf(CopyGrid.Partitions) == partition);
            driver.One(new ShardOperation { Kind = OperationKind.RemoveTags }, Encoding.UTF8.GetBytes(key), tags);
            Assert.Equal(OperationStatus.Done, driver.Results[0].Status);
        }
    }

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
