using Orleans.Cache.Engine.Replication;

namespace Orleans.Cache.Engine.Tests.Copies;

/// <summary>When a replica takes over from an owner that says nothing more.</summary>
public sealed class TakeoverTests
{
    [Fact]
    public void Tick_SaysFromWhenOnTheReplicaProposesItself_AndItDoesThen()
    {
        using var grid = Settled();
        grid.Kill(0);
        var killed = grid.Clock.GetTimestamp();

        var due = grid.Copies(1).Tick();
        Assert.InRange(due, killed, killed + grid.Settings.PromiseTicks + 1);

        // In steps: after a long sleep it would be patient.
        grid.Run((int)grid.Clock.GetElapsedTime(killed, due).TotalMilliseconds - 20);
        grid.Clock.Advance(grid.Clock.GetElapsedTime(grid.Clock.GetTimestamp(), due - 1));
        Assert.Equal(due, grid.Copies(1).Tick());
        Assert.DoesNotContain(1, grid.Proposals);

        grid.Clock.Advance(grid.Clock.GetElapsedTime(grid.Clock.GetTimestamp(), due));
        grid.Copies(1).Tick();
        grid.Pump(tick: false);
        Assert.Contains(1, grid.Proposals);
    }

    [Fact]
    public void Tick_OfOwners_AndOfReplicasThatHaveProposedThemselves_IsNotDueEarlier()
    {
        using var grid = Settled();
        Assert.Equal(long.MaxValue, grid.Copies(0).Tick());

        grid.HasAuthority = false;
        grid.Kill(0);
        grid.Run(milliseconds: 600);
        Assert.Equal(long.MaxValue, grid.Copies(1).Tick());
        Assert.Equal(CopyRole.Replica, grid.Copies(1).StatusOf(0).Role);
    }

    private static CopyGrid Settled()
    {
        var grid = new CopyGrid(2, seed: 1);
        grid.WantAll(0, 1);
        grid.Settle(0, 1);

        // The replica knows that it is one by the next beat.
        grid.Run(milliseconds: 200);
        return grid;
    }
}
