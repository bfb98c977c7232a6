using Orleans.Cache.Engine.Eviction;

namespace Orleans.Cache.Engine.Tests.Eviction;

public sealed class WindowBalanceTests
{
    private const int Entries = 100;

    [Fact]
    public void Came_TurnedAwayBefore_WidensByOneEntry()
    {
        using var world = new PolicyWorld();
        var balance = new WindowBalance(world.Arena);
        var before = balance.Window;

        balance.Came(world.HashOf(1), Entries);
        Assert.Equal(before, balance.Window);

        balance.TurnedAway(world.HashOf(1), Entries);
        balance.Came(world.HashOf(1), Entries);
        Assert.Equal(before + (1.0 / Entries), balance.Window, precision: 9);

        balance.PushedOut(world.HashOf(1), Entries);
        balance.Came(world.HashOf(1), Entries);
        Assert.Equal(before, balance.Window, precision: 9);
    }

    [Fact]
    public void Came_AfterMoreThanAFifthOfTheEntriesLeft_IsTooLateToCount()
    {
        using var world = new PolicyWorld();
        var balance = new WindowBalance(world.Arena);
        var before = balance.Window;
        for (var key = 0; key < 40; key++)
        {
            balance.TurnedAway(world.HashOf(key), Entries);
        }

        balance.Came(world.HashOf(0), Entries);
        Assert.Equal(before, balance.Window);
        balance.Came(world.HashOf(39), Entries);
        Assert.True(balance.Window > before);
    }

    [Fact]
    public void Came_AnyNumberOfTimes_StaysWithinBounds()
    {
        using var world = new PolicyWorld();
        var balance = new WindowBalance(world.Arena);
        for (var key = 0; key < 10 * Entries; key++)
        {
            balance.TurnedAway(world.HashOf(key), Entries);
            balance.Came(world.HashOf(key), Entries);
            Assert.InRange(balance.Window, 0, WindowBalance.Widest);
        }

        Assert.Equal(WindowBalance.Widest, balance.Window);
        for (var key = 0; key < 10 * Entries; key++)
        {
            balance.PushedOut(world.HashOf(key), Entries);
            balance.Came(world.HashOf(key), Entries);
            Assert.InRange(balance.Window, 0, WindowBalance.Widest);
        }

        Assert.Equal(0, balance.Window);
    }
}
