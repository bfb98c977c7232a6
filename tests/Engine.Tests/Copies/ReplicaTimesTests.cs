using Orleans.Cache.Engine.Batches;
using Orleans.Cache.Engine.Tests.Shards;

namespace Orleans.Cache.Engine.Tests.Copies;

/// <summary>How long entries live on a replica that takes over, when what told it of them had waited.</summary>
public sealed class ReplicaTimesTests
{
    private const int TimeToLive = 60_000;
    private const int Lag = 2_000;

    /// <summary>Both sides count whole milliseconds, and the test's time goes in steps of five.</summary>
    private const int Step = 5;

    [Fact]
    public void Entry_WhoseRecordWaited_EndsOnTheNextOwnerWhenItWouldHaveOnTheFirst()
    {
        using var grid = Started();
        var setAt = SetAtOwner(grid, new ShardOperation { Kind = OperationKind.Set, TimeToLive = TimeToLive });

        // Beats go ahead of records, so the owner keeps its lease meanwhile.
        grid.Run(Lag + 500);
        KillOwner(grid);

        AssertEndsAt(grid, setAt + TimeToLive);
    }

    [Fact]
    public void Entry_WithANewTimeWhoseRecordWaited_EndsOnTheNextOwnerWhenItWouldHaveOnTheFirst()
    {
        using var grid = Started();
        SetAtOwner(grid, new ShardOperation { Kind = OperationKind.Set });
        grid.Run(100);
        var touchedAt = SetAtOwner(grid, new ShardOperation { Kind = OperationKind.Touch, TimeToLive = TimeToLive });
        grid.Run(Lag + 500);

        KillOwner(grid);

        AssertEndsAt(grid, touchedAt + TimeToLive);
    }

    [Fact]
    public void Entry_WhoseTimeWasOverBeforeItsRecordCame_IsNotThere()
    {
        using var grid = Started();
        SetAtOwner(grid, new ShardOperation { Kind = OperationKind.Set, TimeToLive = Lag / 2 });
        grid.Run(Lag + 500);

        KillOwner(grid);

        using var driver = new HostDriver(grid.Shards(1));
        Assert.Equal(OperationStatus.NotFound, driver.Get("key").Status);
    }

    [Fact]
    public void Entry_WhoseRecordTheNextOwnerSendsOn_EndsThereWhenItWouldHaveOnTheFirst()
    {
        using var grid = Started();
        var setAt = SetAtOwner(grid, new ShardOperation { Kind = OperationKind.Set, TimeToLive = TimeToLive });
        grid.Run(Lag + 500);
        KillOwner(grid);

        // A copy that is filled: its chunks tell times as of when they are written.
        grid.RecordDelay = TimeSpan.Zero;
        grid.WantAll(1, 2);
        grid.Settle(1, 2);
        grid.Kill(1);
        grid.WantAll(2);
        grid.Settle(2);

        AssertEndsAt(grid, setAt + TimeToLive, node: 2);
    }

    [Fact]
    public void Sliding_ThatIsUsed_DoesNotEndOnTheNextOwnerBecauseTheUsesWereToldLate()
    {
        using var grid = Started();
        SetAtOwner(grid, new ShardOperation { Kind = OperationKind.Set, SlidingExpiration = Lag });
        using var reader = new HostDriver(grid.Shards(0));
        for (var passed = 0; passed < 4 * Lag; passed += Lag / 2)
        {
            grid.Run(Lag / 2);
            Assert.Equal(OperationStatus.Done, reader.Get("key").Status);
        }

        KillOwner(grid);

        using var driver = new HostDriver(grid.Shards(1));
        Assert.Equal(OperationStatus.Done, driver.Get("key").Status);
    }

    private static CopyGrid Started()
    {
        var grid = new CopyGrid(3, seed: 1, options: new CacheOptions { WriteConcern = CacheWriteConcern.Owner });
        grid.WantAll(0, 1);
        grid.Settle(0, 1);
        grid.Run(500);
        grid.RecordDelay = TimeSpan.FromMilliseconds(Lag);
        return grid;
    }

    /// <summary>Executes a write of the key at the first owner, which does not wait for anybody.</summary>
    /// <returns>When, in the grid's milliseconds.</returns>
    private static long SetAtOwner(CopyGrid grid, ShardOperation operation)
    {
        using var driver = new HostDriver(grid.Shards(0));
        driver.One(operation, "key"u8, operation.Kind == OperationKind.Set ? "value"u8 : default);
        Assert.True(driver.IsComplete());
        Assert.Equal(OperationStatus.Done, driver.Results[0].Status);
        return Now(grid);
    }

    private static void KillOwner(CopyGrid grid)
    {
        grid.Kill(0);
        grid.RunUntil(() => Enumerable.Range(0, CopyGrid.Partitions).All(partition => grid.Copies(1).StatusOf(partition).IsServing));
    }

    private static void AssertEndsAt(CopyGrid grid, long end, int node = 1)
    {
        using var driver = new HostDriver(grid.Shards(node));
        var result = driver.Get("key");
        Assert.Equal(OperationStatus.Done, result.Status);
        Assert.InRange(result.Number, end - Now(grid) - Step, end - Now(grid) + Step);
    }

    private static long Now(CopyGrid grid) => grid.Clock.GetTimestamp() * 1000 / grid.Clock.TimestampFrequency;
}
