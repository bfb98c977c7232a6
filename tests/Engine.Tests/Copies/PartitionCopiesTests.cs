using System.Text;
using Orleans.Cache.Engine.Batches;
using Orleans.Cache.Engine.Replication;
using Orleans.Cache.Engine.Tests.Shards;

namespace Orleans.Cache.Engine.Tests.Copies;

/// <summary>Copies of partitions over real shards: what was acknowledged outlives silos and moves.</summary>
public sealed class PartitionCopiesTests
{
    private const int Keys = 200;

    [Fact]
    public void Silo_Alone_ServesAndAnswersAtOnce()
    {
        using var grid = new CopyGrid(1, seed: 1);
        grid.WantAll(0);
        grid.Settle(0);
        using var driver = new HostDriver(grid.Shards(0));

        var set = driver.Set("a", "1"u8);

        Assert.Null(driver.Wait);
        Assert.Equal((OperationStatus.Done, 1), (set.Status, set.Copies));
        Assert.Equal("1", driver.TextOf("a"));
    }

    [Fact]
    public void Owner_KnowsHowMuchItHasCopied()
    {
        using var grid = new CopyGrid(2, seed: 1);
        grid.WantAll(0);
        grid.Settle(0);
        using var driver = new HostDriver(grid.Shards(0));
        for (var key = 0; key < Keys; key++)
        {
            driver.Set($"key{key}", "value"u8);
        }

        Assert.Empty(grid.Copies(0).FillsOf(0));
        grid.WantAll(0, 1);
        grid.Settle(0, 1);

        var fills = Enumerable.Range(0, CopyGrid.Partitions).Select(partition => Assert.Single(grid.Copies(0).FillsOf(partition))).ToArray();
        Assert.All(fills, static fill => Assert.Equal((1, true), (fill.Node, fill.IsStreaming)));
        Assert.Equal(Keys, fills.Sum(static fill => fill.Entries));
        Assert.True(fills.Sum(static fill => fill.Bytes) > Keys * "key0value".Length);
        Assert.Empty(grid.Copies(1).FillsOf(0));
    }

    [Fact]
    public void Silo_ThatStoodStillWhileTheAuthorityIsAway_GoesOn_AndTheAuthorityDecidesWhenItIsBack()
    {
        using var grid = new CopyGrid(2, seed: 1, tenure: 30_000);
        grid.WantAll(0, 1);
        grid.Settle(0, 1);
        using var driver = new HostDriver(grid.Shards(0));
        grid.HasAuthority = false;
        grid.Run(milliseconds: 2500);

        grid.Isolated = 0;
        grid.Run(milliseconds: 1000);
        Assert.All(Enumerable.Range(0, CopyGrid.Partitions), partition => Assert.False(grid.Copies(0).StatusOf(partition).IsServing));
        grid.Isolated = -1;
        grid.RunUntil(() => grid.IsSettled(0, 1));
        driver.Set("a", "1"u8);
        grid.RunUntil(driver.IsComplete);
        Assert.Equal((OperationStatus.Done, 2), (driver.Results[0].Status, driver.Results[0].Copies));

        // Now the silo is lost, and the replica waits for somebody who can decide.
        grid.Kill(0);
        grid.Run(milliseconds: 2000);
        Assert.All(Enumerable.Range(0, CopyGrid.Partitions), partition => Assert.Equal(CopyRole.Replica, grid.Copies(1).StatusOf(partition).Role));
        grid.HasAuthority = true;
        grid.RunUntil(() => Enumerable.Range(0, CopyGrid.Partitions).All(partition => grid.Copies(1).StatusOf(partition).IsServing));
        using var next = new HostDriver(grid.Shards(1));
        Assert.Equal("1", next.TextOf("a"));
    }

    [Fact]
    public void Silo_ThatIsSealed_ServesNothing_InNoRole_AndMakesNoFurtherCopies()
    {
        using var grid = new CopyGrid(3, seed: 1);
        grid.WantAll(0, 1);
        grid.Settle(0, 1);
        using var owner = new HostDriver(grid.Shards(0));
        using var replica = new HostDriver(grid.Shards(1));
        var any = new ShardOperation { Kind = OperationKind.Get, Level = ReadLevel.Any };
        owner.Set("a", "1"u8);
        grid.Run(500);
        Assert.Equal(OperationStatus.Done, replica.One(any, "a"u8).Status);

        grid.Copies(0).Seal();
        grid.Copies(1).Seal();
        grid.Copies(2).Seal();
        grid.WantAll(0, 1, 2);
        grid.Run(100);

        Assert.Equal(OperationStatus.Moved, owner.Get("a").Status);
        Assert.Equal(OperationStatus.Moved, replica.One(any, "a"u8).Status);
        Assert.All(Enumerable.Range(0, CopyGrid.Partitions), partition => Assert.Null(grid.Copies(2).PointOf(partition)));
    }

    [Fact]
    public void Silo_WithoutTenure_AnswersNeitherReadsNorWrites()
    {
        using var grid = new CopyGrid(1, seed: 1);
        grid.WantAll(0);
        grid.Settle(0);
        using var driver = new HostDriver(grid.Shards(0));
        driver.Set("a", "1"u8);

        grid.Clock.Advance(TimeSpan.FromSeconds(4));

        Assert.Equal(OperationStatus.Moved, driver.Get("a").Status);
        Assert.Equal(OperationStatus.Moved, driver.Set("a", "2"u8).Status);
        grid.Run(2000);
        Assert.Equal("1", driver.TextOf("a"));
    }

    [Fact]
    public void Write_WithAReplica_WaitsForIt_AndSoDoesWhoReadsTheKey()
    {
        using var grid = Started(seed: 2);
        using var writer = new HostDriver(grid.Shards(0));
        using var reader = new HostDriver(grid.Shards(0));
        writer.Set("a", "1"u8);
        Finish(grid, writer);

        writer.Set("a", "2"u8);
        reader.Get("a");
        var other = new HostDriver(grid.Shards(0));
        other.Get("b");

        Assert.False(writer.IsComplete());
        Assert.False(reader.IsComplete());
        Assert.Null(other.Wait);
        Finish(grid, writer);
        Finish(grid, reader);
        Assert.Equal((OperationStatus.Done, 2), (writer.Results[0].Status, writer.Results[0].Copies));
        Assert.Equal("2", Encoding.UTF8.GetString(reader.ValueOf(0)));
        other.Dispose();
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(10, 4)]
    [InlineData(30, 10)]
    public void Failover_UnderLossAndDelay_KeepsEveryAcknowledgedWrite(int loss, int delay)
    {
        using var grid = Started(seed: 3 + loss);
        (grid.LossPercent, grid.MaxDelay) = (loss, delay);
        var acknowledged = new Dictionary<string, (string? Text, long Version)>();
        using (var driver = new HostDriver(grid.Shards(0)))
        {
            for (var round = 0; round < 3; round++)
            {
                for (var key = 0; key < Keys; key++)
                {
                    Write(grid, driver, acknowledged, $"key{key}", round == 2 && key % 7 == 0 ? null : $"{round}:{key}");
                }
            }
        }

        // Lost with its owner may only be what has no replica in sync.
        grid.LossPercent = 0;
        grid.Settle(0, 1);
        KillOwner(grid);

        AssertHolds(grid, 1, acknowledged);
        Assert.Equal(CopyGrid.Partitions, grid.Events.Count(static what => what == ReplicationEvent.StartedEmpty));
    }

    [Fact]
    public void Move_WhileWriting_KeepsEntriesAndRaisesVersions()
    {
        using var grid = Started(seed: 5);
        grid.MaxDelay = 2;
        var acknowledged = new Dictionary<string, (string? Text, long Version)>();
        var owner = 0;
        foreach (var (next, replica) in new[] { (1, 0), (2, 1), (0, 2), (1, 2) })
        {
            grid.WantAll(next, replica);
            for (var turn = 0; turn < 300; turn++)
            {
                using var driver = new HostDriver(grid.Shards(owner));
                Write(grid, driver, acknowledged, $"key{turn % Keys}", turn % 11 == 0 ? null : $"{next}:{turn}");
                owner = grid.Recorded(0).Owner.Node;
            }

            grid.Settle(next, replica);
            owner = next;
            AssertHolds(grid, owner, acknowledged);
        }
    }

    [Fact]
    public void Entries_OfAllKinds_AreAtTheReplica()
    {
        using var grid = Started(seed: 6);
        using var driver = new HostDriver(grid.Shards(0));
        using var other = new HostDriver(grid.Shards(0), cache: 1);
        var large = Enumerable.Range(0, 300_000).Select(static index => (byte)(index * 7)).ToArray();
        Finish(grid, driver, driver.Set("large", large));
        Finish(grid, driver, driver.One(new ShardOperation { Kind = OperationKind.Increment, Argument = 5 }, "count"u8));
        Finish(grid, driver, driver.One(new ShardOperation { Kind = OperationKind.Increment, Argument = 6 }, "count"u8));
        Finish(grid, driver, driver.Set("short", "s"u8, timeToLive: 10_000));
        Finish(grid, driver, driver.Set("touched", "t"u8, timeToLive: 1000));
        Finish(grid, driver, driver.One(new ShardOperation { Kind = OperationKind.Touch, TimeToLive = 60_000 }, "touched"u8));
        Finish(grid, driver, driver.Set("sliding", "l"u8, sliding: 20_000));
        Finish(grid, other, other.Set("short", "other"u8));
        driver.Stage("staged", id: 9, offset: 0, length: large.Length, large);
        var commit = driver.Commit("staged", id: 9);
        Finish(grid, driver, commit);
        var version = driver.Results[0].Version;

        KillOwner(grid);
        using var there = new HostDriver(grid.Shards(1));
        using var otherThere = new HostDriver(grid.Shards(1), cache: 1);

        Assert.Equal(OperationStatus.Done, there.Get("large").Status);
        Assert.True(there.ValueOf(0).SequenceEqual(large));
        Assert.Equal(version, there.Get("staged").Version);
        Assert.True(there.ValueOf(0).SequenceEqual(large));
        Assert.Equal("11", there.TextOf("count"));
        Assert.InRange(there.Get("short").Number, 1, 10_000);
        Assert.InRange(there.Get("touched").Number, 50_000, 60_000);
        Assert.InRange(there.Get("sliding").Number, 15_000, 20_000);
        Assert.Equal("other", otherThere.TextOf("short"));
        grid.Run(11_000);
        Assert.Equal(OperationStatus.NotFound, there.Get("short").Status);
        Assert.True(there.Has("touched"));
    }

    [Fact]
    public void SlidingEntry_InUseAtTheOwner_StaysAtTheReplica()
    {
        using var grid = Started(seed: 7);
        using var driver = new HostDriver(grid.Shards(0));
        Finish(grid, driver, driver.Set("sliding", "l"u8, sliding: 2000));
        Finish(grid, driver, driver.Set("unused", "u"u8, sliding: 2000));
        for (var use = 0; use < 40; use++)
        {
            grid.Run(300);
            Assert.Equal("l", driver.TextOf("sliding"));
        }

        KillOwner(grid);
        using var there = new HostDriver(grid.Shards(1));

        Assert.Equal("l", there.TextOf("sliding"));
        Assert.Null(there.TextOf("unused"));
    }

    [Fact]
    public void Removal_OfWhatTheOwnerEvicted_RemovesItEverywhere()
    {
        using var grid = Started(seed: 8);
        using var driver = new HostDriver(grid.Shards(0));
        Finish(grid, driver, driver.Set("a", "1"u8));
        grid.Shards(0).Clear(Slot.Of("a"u8).PartitionOf(CopyGrid.Partitions));

        Finish(grid, driver, driver.Remove("a"));
        KillOwner(grid);
        using var there = new HostDriver(grid.Shards(1));

        Assert.Null(there.TextOf("a"));
    }

    [Fact]
    public void Writes_OfAnOwnerThatIsCutOff_EndAsUnknown_AndNoBatchWaitsForEver()
    {
        using var grid = Started(seed: 9);
        grid.LossPercent = 100;
        using var driver = new HostDriver(grid.Shards(0));
        using var reader = new HostDriver(grid.Shards(0));
        driver.Set("a", "1"u8);
        reader.Get("a");

        grid.Run(2100);

        Assert.True(driver.IsComplete());
        Assert.True(reader.IsComplete());
        Assert.Equal(OperationStatus.Unknown, driver.Results[0].Status);
        Assert.Equal(OperationStatus.Moved, reader.Results[0].Status);
        Assert.Equal(0, grid.Copies(0).WaitingBatches);
        Assert.Equal(OperationStatus.Moved, driver.Get("a").Status);
        grid.LossPercent = 0;
        grid.Settle(0, 1);
        Finish(grid, driver, driver.Set("a", "2"u8));
        Assert.Equal("2", driver.TextOf("a"));
    }

    [Fact]
    public void Copy_NotWantedAnyMore_IsDroppedWithItsEntries()
    {
        using var grid = Started(seed: 10);
        using var driver = new HostDriver(grid.Shards(0));
        for (var key = 0; key < Keys; key++)
        {
            Finish(grid, driver, driver.Set($"key{key}", "value"u8));
        }

        grid.WantAll(1, 2);
        grid.Settle(1, 2);
        grid.RunUntil(() => grid.Shards(0).OpenPartitions == 0);

        Assert.Equal(0, grid.Shards(0).GetStatistics()[0].Entries + grid.Shards(0).GetStatistics()[0].ReplicaEntries);
        Assert.Equal(Keys, grid.Shards(1).GetStatistics()[0].Entries);
        Assert.Equal(0, grid.Shards(1).GetStatistics()[0].ReplicaEntries);
        Assert.Equal(Keys, grid.Shards(2).GetStatistics()[0].ReplicaEntries);
        Assert.True(grid.Shards(2).GetStatistics()[0].ReplicaBytes > 0);
        Assert.Equal(OperationStatus.Moved, driver.Get("key1").Status);
        grid.WantAll(0, 1);
        grid.Settle(0, 1);
        Assert.Equal("value", driver.TextOf("key1"));
        grid.Shards(0).Validate();
    }

    [Fact]
    public void Snapshot_WhileWriting_FillsTheNewReplica()
    {
        using var grid = new CopyGrid(2, seed: 11);
        grid.WantAll(0);
        grid.Settle(0);
        using var driver = new HostDriver(grid.Shards(0));
        var acknowledged = new Dictionary<string, (string? Text, long Version)>();
        for (var key = 0; key < 2000; key++)
        {
            Write(grid, driver, acknowledged, $"key{key}", "before");
        }

        grid.WantAll(0, 1);
        for (var key = 0; !grid.IsSettled(0, 1); key = (key + 17) % 2000)
        {
            Write(grid, driver, acknowledged, $"key{key}", key % 3 == 0 ? null : $"during{key}");
            grid.Run(5);
        }

        KillOwner(grid);

        AssertHolds(grid, 1, acknowledged);
        grid.Shards(1).Validate();
    }

    private static CopyGrid Started(int seed)
    {
        var grid = new CopyGrid(3, seed);
        grid.WantAll(0, 1);
        grid.Settle(0, 1);
        return grid;
    }

    private static void KillOwner(CopyGrid grid)
    {
        grid.Kill(0);
        grid.RunUntil(() => Enumerable.Range(0, CopyGrid.Partitions).All(partition => grid.Copies(1).StatusOf(partition).IsServing));
    }

    private static void Finish(CopyGrid grid, HostDriver driver, ShardResult _ = default) => grid.RunUntil(driver.IsComplete);

    /// <summary>Writes, again and again while it is refused; without an answer that says so nothing counts as acknowledged, or as not.</summary>
    private static void Write(CopyGrid grid, HostDriver driver, Dictionary<string, (string? Text, long Version)> acknowledged, string key, string? text)
    {
        _ = text is null ? driver.Remove(key) : driver.Set(key, Encoding.UTF8.GetBytes(text));
        Finish(grid, driver);
        var result = driver.Results[0];
        switch (result.Status)
        {
            case OperationStatus.Done:
                Assert.True(text is null || result.Version > acknowledged.GetValueOrDefault(key).Version, "a version was given again");
                acknowledged[key] = (text, text is null ? acknowledged.GetValueOrDefault(key).Version : result.Version);
                break;
            case OperationStatus.NotFound:
                acknowledged[key] = (null, acknowledged.GetValueOrDefault(key).Version);
                break;
            case OperationStatus.Unknown:
                acknowledged.Remove(key);
                break;
            default:
                Assert.Equal(OperationStatus.Moved, result.Status);
                break;
        }

        if (result.Status == OperationStatus.Moved)
        {
            grid.Run(25);
        }
    }

    private static void AssertHolds(CopyGrid grid, int node, Dictionary<string, (string? Text, long Version)> acknowledged)
    {
        using var driver = new HostDriver(grid.Shards(node));
        Assert.True(acknowledged.Count > Keys / 2);
        foreach (var (key, (text, version)) in acknowledged)
        {
            Assert.Equal(text, driver.TextOf(key));
            Assert.True(text is null || driver.Results[0].Version == version);
        }
    }
}
