using System.Text;
using Orleans.Cache.Engine.Batches;
using Orleans.Cache.Engine.Replication;
using Orleans.Cache.Engine.Tests.Shards;

namespace Orleans.Cache.Engine.Tests.Copies;

/// <summary>Operations that say how many copies they want, over real shards.</summary>
public sealed class ConcernTests
{
    [Fact]
    public void OwnerWrite_IsAnsweredAtOnce_AndReachesTheReplicaBehind()
    {
        using var grid = Started(2);
        using var driver = new HostDriver(grid.Shards(0));

        var set = Write(driver, WriteConcern.Owner, "1");

        Assert.True(driver.IsComplete());
        Assert.Equal((OperationStatus.Done, 1), (driver.Results[0].Status, driver.Results[0].Copies));
        Assert.Equal("1", driver.TextOf("a"));
        grid.Run(500);
        Assert.Equal("1", ReadAt(grid, 1));
        Assert.Equal(OperationStatus.Done, set.Status);
    }

    [Fact]
    public void CachesOwnConcern_CountsWhereAWriteNamesNone()
    {
        using var grid = Started(2, new CacheOptions { WriteConcern = CacheWriteConcern.Owner });
        using var driver = new HostDriver(grid.Shards(0));

        driver.Set("a", "1"u8);
        Assert.True(driver.IsComplete());
        Write(driver, WriteConcern.Replicated, "2");

        Assert.False(driver.IsComplete());
        grid.RunUntil(driver.IsComplete);
        Assert.Equal(2, driver.Results[0].Copies);
    }

    [Fact]
    public void MajorityWrite_WithoutOne_IsNotDone()
    {
        using var grid = Started(2);
        using var driver = new HostDriver(grid.Shards(0));
        Write(driver, WriteConcern.Majority, "1");
        grid.RunUntil(driver.IsComplete);
        Assert.Equal((OperationStatus.Done, 2), (driver.Results[0].Status, driver.Results[0].Copies));
        grid.Kill(1);
        grid.RunUntil(() => grid.Recorded(PartitionOfKey()).InSync.Length == 1);
        grid.RunUntil(() => grid.Copies(0).StatusOf(PartitionOfKey()).IsServing);

        Write(driver, WriteConcern.Majority, "2");
        grid.RunUntil(driver.IsComplete);

        Assert.Equal(OperationStatus.NoMajority, driver.Results[0].Status);
        Assert.Equal("1", driver.TextOf("a"));
        Write(driver, WriteConcern.Replicated, "3");
        grid.RunUntil(driver.IsComplete);
        Assert.Equal((OperationStatus.Done, 1), (driver.Results[0].Status, driver.Results[0].Copies));
    }

    [Fact]
    public void MajorityWrite_OfASiloThatIsAlone_IsNotDone()
    {
        using var grid = new CopyGrid(1, seed: 7);
        grid.WantAll(0);
        grid.Settle(0);
        using var driver = new HostDriver(grid.Shards(0));
        driver.Set("a", "1"u8);

        Write(driver, WriteConcern.Majority, "2");
        grid.RunUntil(driver.IsComplete);

        Assert.Equal(OperationStatus.NoMajority, driver.Results[0].Status);
        Assert.Equal("1", driver.TextOf("a"));
        driver.Set("a", "3"u8);
        Assert.Equal((OperationStatus.Done, 1), (driver.Results[0].Status, driver.Results[0].Copies));
    }

    [Fact]
    public void AnyRead_IsAnsweredByAReplica_OwnerReadIsNot()
    {
        using var grid = Started(2);
        using var driver = new HostDriver(grid.Shards(0));
        driver.Set("a", "1"u8);
        grid.RunUntil(driver.IsComplete);
        grid.Run(500);
        using var replica = new HostDriver(grid.Shards(1));

        Assert.Equal("1", ReadAt(grid, 1));
        Assert.Equal(OperationStatus.Moved, replica.Get("a").Status);
        Assert.Equal(OperationStatus.Done, replica.One(new ShardOperation { Kind = OperationKind.GetRange, Level = ReadLevel.Any, Length = 1 }, "a"u8).Status);
        Assert.Equal(OperationStatus.Moved, replica.Set("a", "2"u8).Status);
        Assert.Equal(OperationStatus.NotFound, replica.One(Any, "b"u8).Status);
        Assert.Null(ReadAt(grid, 2));
    }

    [Fact]
    public void AnyRead_AtAReplicaThatHearsNothing_EndsAtTheBound()
    {
        using var grid = Started(2);
        using var driver = new HostDriver(grid.Shards(0));
        driver.Set("a", "1"u8);
        grid.RunUntil(driver.IsComplete);
        grid.Run(500);

        grid.Isolated = 1;
        grid.Run(500);
        Assert.Equal("1", ReadAt(grid, 1));
        grid.Run(1000);

        Assert.Null(ReadAt(grid, 1));
        grid.Isolated = -1;
        grid.RunUntil(() => ReadAt(grid, 1) == "1");
    }

    [Fact]
    public void AnyRead_AfterTheOwnerIsLost_IsAnsweredAllTheWhile()
    {
        using var grid = Started(2);
        using var driver = new HostDriver(grid.Shards(0));
        driver.Set("a", "1"u8);
        grid.RunUntil(driver.IsComplete);
        grid.Run(500);

        grid.Kill(0);
        for (var step = 0; step < 200; step++)
        {
            // At the latest by then the replica is owner, before it would be too old.
            Assert.Equal("1", ReadAt(grid, 1));
            grid.Run(5);
        }

        Assert.True(grid.Copies(1).StatusOf(PartitionOfKey()).IsServing);
    }

    [Fact]
    public void AnyRead_SeesOnlyWhatIsCommitted()
    {
        using var grid = Started(2);
        using var driver = new HostDriver(grid.Shards(0));
        driver.Set("a", "1"u8);
        grid.RunUntil(driver.IsComplete);
        grid.Run(500);

        driver.Set("a", "2"u8);

        Assert.False(driver.IsComplete());
        Assert.Equal("1", ReadAt(grid, 1));
        grid.RunUntil(driver.IsComplete);
        grid.RunUntil(() => ReadAt(grid, 1) == "2");
    }

    [Fact]
    public void AnyRead_OfAnEntryThatSlides_IsLeftToTheOwner()
    {
        using var grid = Started(2);
        using var driver = new HostDriver(grid.Shards(0));
        driver.Set("a", "1"u8, sliding: 10_000);
        grid.RunUntil(driver.IsComplete);
        grid.Run(500);
        using var replica = new HostDriver(grid.Shards(1));

        Assert.Equal(OperationStatus.Moved, replica.One(Any, "a"u8).Status);
    }

    [Fact]
    public void Mode_ThatNobodyKnows_IsRefused()
    {
        using var grid = Started(2);
        using var driver = new HostDriver(grid.Shards(0));

        Assert.Equal(OperationStatus.Invalid, driver.One(new ShardOperation { Kind = OperationKind.Get, Level = ReadLevel.Quorum }, "a"u8).Status);
        Assert.Equal(OperationStatus.Invalid, driver.One(new ShardOperation { Kind = OperationKind.Set, Concern = 4 }, "a"u8).Status);
        Assert.Equal(OperationStatus.Invalid, driver.One(new ShardOperation { Kind = OperationKind.Discard, Concern = 1 }, "a"u8).Status);
    }

    private static ShardOperation Any => new() { Kind = OperationKind.Get, Level = ReadLevel.Any };

    private static CopyGrid Started(int nodes, CacheOptions? options = null)
    {
        var grid = new CopyGrid(nodes + 1, seed: 11, options: options);
        grid.WantAll(0, 1);
        grid.Settle(0, 1);
        return grid;
    }

    private static int PartitionOfKey() => Slot.Of("a").PartitionOf(CopyGrid.Partitions);

    private static ShardResult Write(HostDriver driver, WriteConcern concern, string text) =>
        driver.One(new ShardOperation { Kind = OperationKind.Set, Concern = (byte)((int)concern + 1) }, "a"u8, Encoding.UTF8.GetBytes(text));

    private static string? ReadAt(CopyGrid grid, int node)
    {
        using var driver = new HostDriver(grid.Shards(node));
        var result = driver.One(Any, "a"u8);
        Assert.Null(driver.Wait);
        return result.Status == OperationStatus.Done ? Encoding.UTF8.GetString(driver.ValueOf(0)) : null;
    }
}
