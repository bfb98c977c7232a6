using Orleans.Cache.Engine.Batches;
using Orleans.Cache.Engine.Replication;
using Orleans.Cache.Engine.Tests.Shards;

namespace Orleans.Cache.Engine.Tests.Copies;

/// <summary>A partition goes from silo to silo with as short a pause as messages allow.</summary>
public sealed class HandoverTests
{
    [Fact]
    public void Successor_Serves_WithoutAQuestionToTheAuthority()
    {
        using var grid = new CopyGrid(2, seed: 1);
        grid.WantAll(0, 1);
        grid.Settle(0, 1);

        grid.MutedToAuthority = 1;
        grid.WantAll(1, 0);
        grid.RunUntil(() => grid.IsSettled(1, 0));

        Assert.Equal(CopyGrid.Partitions, grid.Pauses.Count);
    }

    [Fact]
    public void Successor_ThatTheAuthorityDoesNotAnswer_ServesForOneTenureFromBeforeTheHandover()
    {
        using var grid = new CopyGrid(2, seed: 1);
        grid.WantAll(0, 1);
        grid.Settle(0, 1);

        grid.MutedToAuthority = 1;
        var before = grid.Clock.GetTimestamp();
        grid.WantAll(1, 0);
        grid.RunUntil(() => grid.IsSettled(1, 0));

        // It may serve as long as its own clock has not passed a tenure since what it told the former owner last, a beat ago or less.
        var passed = (grid.Clock.GetTimestamp() - before) * 1000 / grid.Clock.TimestampFrequency;
        var tenure = grid.Settings.TenureTicks * 1000 / grid.Clock.TimestampFrequency;
        grid.Run((int)(tenure - passed) - 200);
        Assert.True(grid.Copies(1).StatusOf(0).IsServing);
        grid.Run(250);
        Assert.False(grid.Copies(1).StatusOf(0).IsServing);
        grid.MutedToAuthority = -1;
        grid.RunUntil(() => grid.IsSettled(1, 0));
    }

    [Fact]
    public void Owner_WithWritesUnderWay_HandsOverWhenTheLastIsAcknowledged()
    {
        using var grid = new CopyGrid(2, seed: 1);
        grid.WantAll(0, 1);
        grid.Settle(0, 1);
        using var driver = new HostDriver(grid.Shards(0));
        grid.RecordDelay = TimeSpan.FromMilliseconds(60);
        driver.Set("a", "1"u8);
        grid.WantAll(1, 0);
        grid.Run(milliseconds: 5);
        Assert.False(driver.IsComplete());

        // No tick: the acknowledgement itself lets the owner go on.
        while (!driver.IsComplete())
        {
            grid.Clock.Advance(TimeSpan.FromMilliseconds(5));
            grid.Pump(tick: false);
        }

        Assert.All(Enumerable.Range(0, CopyGrid.Partitions), partition => Assert.False(grid.Copies(0).StatusOf(partition).IsServing));
        grid.RunUntil(() => grid.IsSettled(1, 0));

        Assert.Equal((OperationStatus.Done, 2), (driver.Results[0].Status, driver.Results[0].Copies));
        using var next = new HostDriver(grid.Shards(1));
        Assert.Equal("1", next.TextOf("a"));
    }

    [Fact]
    public void Successor_Serves_BeforeTheFormerOwnerHasItsFirstRecord()
    {
        using var grid = new CopyGrid(2, seed: 1);
        grid.WantAll(0, 1);
        grid.Settle(0, 1);
        using var former = new HostDriver(grid.Shards(0));
        former.Set("a", "1"u8);
        grid.RunUntil(former.IsComplete);

        grid.RecordDelay = TimeSpan.FromMilliseconds(200);
        grid.WantAll(1, 0);
        grid.RunUntil(() => grid.IsSettled(1, 0));
        using var next = new HostDriver(grid.Shards(1));

        Assert.Equal("1", next.TextOf("a"));
        Assert.Equal(CopyGrid.Partitions, grid.Pauses.Count);
        Assert.All(grid.Pauses, pause => Assert.InRange(pause * 1000 / grid.Clock.TimestampFrequency, 0, 60));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Owner_WhoseReplicaAnswersLate_HandsOverWhenItAnswersInTime(int seed)
    {
        using var grid = new CopyGrid(2, seed);
        WantHandoverWithLateReplica(grid);

        // For a second or so, less than an owner waits.
        for (var write = 0; write < 6; write++)
        {
            Write(grid, 0);
        }

        Assert.True(grid.IsSettled(0, 1));
        grid.RecordDelay = TimeSpan.Zero;
        grid.Run(milliseconds: 600);

        Assert.True(grid.IsSettled(1, 0));
        Assert.All(grid.Pauses, pause => Assert.InRange(pause * 1000 / grid.Clock.TimestampFrequency, 0, 60));
    }

    [Fact]
    public void Owner_WhoseReplicaAnswersLate_DoesNotWaitForLong()
    {
        using var grid = new CopyGrid(2, seed: 1);
        WantHandoverWithLateReplica(grid);
        var began = grid.Clock.GetTimestamp();
        var passed = 0L;
        while (grid.IsSettled(0, 1) && passed < 5000)
        {
            Write(grid, 0);
            passed = (grid.Clock.GetTimestamp() - began) * 1000 / grid.Clock.TimestampFrequency;
        }

        Assert.InRange(passed, 1900, 2400);
        grid.Settle(1, 0);
    }

    [Fact]
    public void Owner_WhomTheAuthorityAnswersLate_HandsOverWhenItAnswersInTime()
    {
        using var grid = new CopyGrid(2, seed: 1);
        grid.WantAll(0, 1);
        grid.Settle(0, 1);
        grid.AuthorityDelay = TimeSpan.FromMilliseconds(150);
        grid.Run(milliseconds: 1500);
        grid.WantAll(1, 0);

        grid.Run(milliseconds: 1000);
        Assert.True(grid.IsSettled(0, 1));
        grid.AuthorityDelay = TimeSpan.Zero;

        // It is asked for this, and not only when it is time to.
        grid.Run(milliseconds: 400);
        Assert.True(grid.IsSettled(1, 0));
    }

    [Fact]
    public void Notice_ThatComesTwice_TellsOfOnePause()
    {
        using var grid = new CopyGrid(2, seed: 1) { DoublesNotices = true };
        grid.WantAll(0, 1);
        grid.Settle(0, 1);

        grid.WantAll(1, 0);
        grid.RunUntil(() => grid.IsSettled(1, 0));
        grid.Run(milliseconds: 500);

        Assert.Equal(CopyGrid.Partitions, grid.Pauses.Count);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(200)]
    [InlineData(400)]
    [InlineData(600)]
    [InlineData(800)]
    public void Replica_ThatIsLeftOut_DoesNotTakeSilenceForItsOwnersEnd(int sinceItAskedTheAuthority)
    {
        using var grid = new CopyGrid(3, seed: 1);
        grid.WantAll(0, 1);
        grid.Settle(0, 1);
        grid.Run(sinceItAskedTheAuthority);
        grid.Proposals.Clear();

        grid.WantAll(0, 2);
        grid.Settle(0, 2);
        grid.Run(milliseconds: 2000);

        Assert.NotEmpty(grid.Proposals);
        Assert.DoesNotContain(1, grid.Proposals);
    }

    [Fact]
    public void Successor_WithAThirdCopyThatDoesNotAnswer_DoesNotServe_UntilThatIsLeftOut()
    {
        using var grid = new CopyGrid(3, seed: 1);
        grid.WantAll(0, 1, 2);
        grid.Settle(0, 1, 2);

        grid.Isolated = 2;
        grid.WantAll(1, 0, 2);
        grid.RunUntil(() => grid.Recorded(0).Owner.Node == 1);
        grid.Run(milliseconds: 100);
        Assert.Equal(CopyRole.Owner, grid.Copies(1).StatusOf(0).Role);
        Assert.False(grid.Copies(1).StatusOf(0).IsServing);

        grid.RunUntil(() => grid.Copies(1).StatusOf(0).IsServing);
        Assert.Equal(2, grid.Recorded(0).InSync.Length);
    }

    /// <summary>The second silo shall own what the first does, and has just answered late.</summary>
    private static void WantHandoverWithLateReplica(CopyGrid grid)
    {
        grid.WantAll(0, 1);
        grid.Settle(0, 1);
        grid.RecordDelay = TimeSpan.FromMilliseconds(150);
        Write(grid, 0);
        grid.WantAll(1, 0);
    }

    /// <summary>Writes to all partitions, and waits until the replicas have it.</summary>
    private static void Write(CopyGrid grid, int node)
    {
        using var driver = new HostDriver(grid.Shards(node));
        for (var key = 0; key < 40; key++)
        {
            driver.Set($"{key}", "1"u8);
        }

        grid.RunUntil(driver.IsComplete);
    }
}
