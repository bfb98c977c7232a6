using Orleans.Cache.Engine.Batches;
using Orleans.Cache.Engine.Tests.Shards;

namespace Orleans.Cache.Engine.Tests.Copies;

/// <summary>Writes that would do harm twice, sent again under their ids, over real shards.</summary>
public sealed class MarkedOperationTests
{
    private static readonly TimeSpan Ago = TimeSpan.FromMilliseconds(500);

    [Fact]
    public void Repetition_AtTheSameOwner_HasTheFirstResult()
    {
        using var grid = Started();
        using var driver = new HostDriver(grid.Shards(0));
        var mark = OperationMark.Next();

        var first = Increment(grid, driver, mark);
        Increment(grid, driver, OperationMark.Next());
        var again = Increment(grid, driver, OperationMark.WithAge(mark, Ago));

        Assert.Equal((OperationStatus.Done, 1L, 2), (first.Status, first.Number, (int)first.Copies));
        Assert.Equal((OperationStatus.Done, 1L, 2), (again.Status, again.Number, (int)again.Copies));
        Assert.Equal(first.Version, again.Version);
        Assert.Equal("2", driver.TextOf("a"));
    }

    [Fact]
    public void Repetition_WhereTheOwnerIsAlone_HasTheFirstResult()
    {
        using var grid = new CopyGrid(1, seed: 3);
        grid.WantAll(0);
        grid.Settle(0);
        using var driver = new HostDriver(grid.Shards(0));
        var mark = OperationMark.Next();

        Increment(grid, driver, mark);
        var again = Increment(grid, driver, OperationMark.WithAge(mark, Ago));

        Assert.Equal((OperationStatus.Done, 1), (again.Status, again.Number));
        Assert.Equal("1", driver.TextOf("a"));
    }

    [Fact]
    public void Repetition_AfterTheOwnerIsLost_IsAnsweredByTheNext()
    {
        using var grid = Started();
        using var driver = new HostDriver(grid.Shards(0));
        var mark = OperationMark.Next();
        Increment(grid, driver, mark);

        // Its answer is lost with the owner; or it was never executed, for the replica had no record of it.
        var neverSent = OperationMark.Next();
        grid.Kill(0);
        using var next = new HostDriver(grid.Shards(1));
        grid.RunUntil(() => grid.Copies(1).StatusOf(PartitionOfKey()).IsServing);

        Assert.Equal((OperationStatus.Done, 1), Outcome(Increment(grid, next, OperationMark.WithAge(mark, Ago))));
        Assert.Equal((OperationStatus.Done, 2), Outcome(Increment(grid, next, OperationMark.WithAge(neverSent, Ago))));
        Assert.Equal("2", next.TextOf("a"));
    }

    [Fact]
    public void ConditionThatFailed_IsNotTriedAgain()
    {
        using var grid = Started();
        using var driver = new HostDriver(grid.Shards(0));
        driver.Set("a", "1"u8);
        grid.RunUntil(driver.IsComplete);
        var mark = OperationMark.Next();

        Assert.Equal(OperationStatus.KeyPresent, SetIfAbsent(grid, driver, mark).Status);
        driver.Remove("a");
        grid.RunUntil(driver.IsComplete);
        Assert.Equal(OperationStatus.KeyPresent, SetIfAbsent(grid, driver, OperationMark.WithAge(mark, Ago)).Status);

        Assert.False(driver.Has("a"));
        Assert.Equal(OperationStatus.Done, SetIfAbsent(grid, driver, OperationMark.Next()).Status);
    }

    [Fact]
    public void BatchThatDoesNotSayWhenItWasSent_IsNotExecuted()
    {
        using var grid = Started();
        using var driver = new HostDriver(grid.Shards(0));

        driver.One(new ShardOperation { Kind = OperationKind.Increment, Argument = 1, Mark = OperationMark.Next() }, "a"u8);

        Assert.True(driver.IsComplete());
        Assert.Equal(OperationStatus.Deferred, driver.Results[0].Status);
        Assert.False(driver.Has("a"));
    }

    [Fact]
    public void AttemptThatIsOlderThanWhatIsRemembered_IsNotExecuted_AndSaysSo()
    {
        using var grid = Started();
        using var driver = new HostDriver(grid.Shards(0));
        var mark = OperationMark.Next();
        var sentAt = grid.Clock.GetTimestamp();
        Increment(grid, driver, mark);
        for (var other = 0; other < grid.Settings.OperationsKept; other++)
        {
            Increment(grid, driver, OperationMark.Next());
        }

        var expected = grid.Settings.OperationsKept + 1;
        Assert.Equal(OperationStatus.Forgotten, Increment(grid, driver, OperationMark.WithAge(mark, TimeSpan.FromSeconds(20))).Status);
        Assert.Equal(OperationStatus.Forgotten, Increment(grid, driver, mark, sentAt).Status);
        Assert.Equal(OperationStatus.Forgotten, Increment(grid, driver, OperationMark.WithAge(mark, TimeSpan.MaxValue)).Status);
        Assert.Equal((OperationStatus.Done, expected + 1), Outcome(Increment(grid, driver, OperationMark.Next())));
    }

    [Fact]
    public void AttemptThatBeganBeforeItsOwnerWasFilled_IsJudgedByWhatAllBeforeHaveForgotten()
    {
        using var grid = Started();
        using var driver = new HostDriver(grid.Shards(0));
        var old = grid.Clock.GetTimestamp();
        for (var other = 0; other <= grid.Settings.OperationsKept; other++)
        {
            Increment(grid, driver, OperationMark.Next());
        }

        grid.Clock.Advance(TimeSpan.FromSeconds(1));
        var began = grid.Clock.GetTimestamp();
        grid.WantAll(2, 0);
        grid.RunUntil(() => grid.Copies(2).StatusOf(PartitionOfKey()).IsServing);
        using var next = new HostDriver(grid.Shards(2));

        Assert.Equal((OperationStatus.Done, grid.Settings.OperationsKept + 2), Outcome(Increment(grid, next, OperationMark.Next(), began)));
        Assert.Equal(OperationStatus.Forgotten, Increment(grid, next, OperationMark.Next(), old).Status);
    }

    [Fact]
    public void Mark_KeepsItsIdWhateverItsAge_AndUnderstatesNoAge()
    {
        var mark = OperationMark.Next();

        Assert.Equal(TimeSpan.Zero, OperationMark.AgeOf(mark));
        foreach (var milliseconds in (double[])[0, 0.1, 1, 1.5, 99, 101, 1999, 2000, 60_000, 64_500, 70_000, 1e9])
        {
            var age = TimeSpan.FromMilliseconds(milliseconds);
            var older = OperationMark.WithAge(mark, age);
            Assert.Equal(OperationMark.IdOf(mark), OperationMark.IdOf(older));
            Assert.InRange(OperationMark.AgeOf(older), age, TimeSpan.MaxValue);
            Assert.True(milliseconds > 64_000 || OperationMark.AgeOf(older) <= (age * 1.25) + TimeSpan.FromMilliseconds(3), $"{milliseconds} ms");
        }
    }

    private static (OperationStatus, long) Outcome(ShardResult result) => (result.Status, result.Number);

    private static ShardResult Increment(CopyGrid grid, HostDriver driver, long mark, long? sentAfter = null) =>
        Do(grid, driver, new ShardOperation { Kind = OperationKind.Increment, Argument = 1, Mark = mark }, sentAfter);

    private static ShardResult SetIfAbsent(CopyGrid grid, HostDriver driver, long mark) =>
        Do(grid, driver, new ShardOperation { Kind = OperationKind.Set, Condition = (byte)CacheConditionKind.IfAbsent, Mark = mark }, sentAfter: null);

    private static ShardResult Do(CopyGrid grid, HostDriver driver, ShardOperation operation, long? sentAfter)
    {
        driver.SentAfter = sentAfter ?? grid.Clock.GetTimestamp() - 1;
        driver.One(operation, "a"u8);
        grid.RunUntil(driver.IsComplete);
        driver.SentAfter = ShardBatch.NeverSent;
        return driver.Results[0];
    }

    private static CopyGrid Started()
    {
        var grid = new CopyGrid(3, seed: 11);
        grid.WantAll(0, 1);
        grid.Settle(0, 1);
        return grid;
    }

    private static int PartitionOfKey() => Slot.Of("a").PartitionOf(CopyGrid.Partitions);
}
