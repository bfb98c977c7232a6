using Orleans.Cache.Engine.Index;
using Orleans.Cache.Engine.Loading;

namespace Orleans.Cache.Engine.Tests.Loading;

public sealed class LoadTableTests
{
    private const long Now = 1_000;
    private const long Until = 2_000;

    private static ReadOnlySpan<byte> Key => "key"u8;

    [Fact]
    public void Claim_OfAFreeKey_IsGrantedOnce()
    {
        var table = NewTable();

        var first = table.Claim(Key, Now, Until);
        var second = table.Claim(Key, Now, Until);

        Assert.Equal(LoadClaimOutcome.Granted, first.Outcome);
        Assert.Equal(LoadClaimOutcome.Held, second.Outcome);
        Assert.Equal(Until, second.Until);
        Assert.True(table.Holds(Key, first.Token));
        Assert.False(table.Holds("other"u8, first.Token));
        Assert.Equal(LoadClaimOutcome.Granted, table.Claim("other"u8, Now, Until).Outcome);
    }

    [Fact]
    public void Claim_WhenTheHoldersTimeIsOver_IsGranted_AndTheHolderIsFenced()
    {
        var table = NewTable();
        var late = table.Claim(Key, Now, Until);

        var next = table.Claim(Key, Until, 2 * Until);

        Assert.Equal(LoadClaimOutcome.Granted, next.Outcome);
        Assert.NotEqual(late.Token, next.Token);
        Assert.False(table.Holds(Key, late.Token));
        Assert.False(table.Renew(Key, late.Token, 9 * Until));
        table.End(Key, late.Token);
        Assert.True(table.Holds(Key, next.Token));
    }

    [Fact]
    public void Renew_KeepsTheLease()
    {
        var table = NewTable();
        var claim = table.Claim(Key, Now, Until);

        Assert.True(table.Renew(Key, claim.Token, 3 * Until));

        Assert.Equal(LoadClaimOutcome.Held, table.Claim(Key, 2 * Until, 9 * Until).Outcome);
    }

    [Fact]
    public void End_WakesThoseThatWait_AndTheNextHasTheLease()
    {
        var table = NewTable();
        var claim = table.Claim(Key, Now, Until);
        var waiter = table.Claim(Key, Now, Until);
        Assert.False(waiter.Changed!.IsCompleted);

        table.End(Key, claim.Token);

        Assert.True(waiter.Changed.IsCompleted);
        table.Leave(waiter.Lease!);
        Assert.Equal(0, table.Count);
        Assert.Equal(LoadClaimOutcome.Granted, table.Claim(Key, Now, Until).Outcome);
    }

    [Fact]
    public void Spoil_WakesThoseThatWait_AndRefusesTheHolder()
    {
        var table = NewTable();
        var claim = table.Claim(Key, Now, Until);
        var waiter = table.Claim(Key, Now, Until);

        table.Spoil("other"u8);
        Assert.False(waiter.Changed!.IsCompleted);
        table.Spoil(Key);

        Assert.True(waiter.Changed.IsCompleted);
        Assert.False(table.Holds(Key, claim.Token));
        Assert.False(table.Claim(Key, Now, Until).Changed!.IsCompleted);
        Assert.True(table.Renew(Key, claim.Token, Until));
    }

    [Fact]
    public void Claim_OfAsManyKeysAsMayBe_IsFull_UntilOneIsOver()
    {
        var table = new LoadTable(new KeyHash(7), mostLeases: 2);
        table.Claim("a"u8, Now, Until);
        table.Claim("b"u8, Now, Until + 1);

        Assert.Equal(LoadClaimOutcome.Full, table.Claim("c"u8, Now, Until).Outcome);
        Assert.Equal(LoadClaimOutcome.Full, table.Claim("c"u8, Until - 1, Until).Outcome);

        Assert.Equal(LoadClaimOutcome.Granted, table.Claim("c"u8, Until, 2 * Until).Outcome);
        Assert.Equal(2, table.Count);
    }

    [Fact]
    public void Claim_ByMoreThanMayWait_HasNothingToWaitFor()
    {
        var table = NewTable();
        table.Claim(Key, Now, Until);
        for (var waiter = 0; waiter < LoadTable.MostWaitersOfKey; waiter++)
        {
            Assert.NotNull(table.Claim(Key, Now, Until).Changed);
        }

        var oneMore = table.Claim(Key, Now, Until);

        Assert.Equal(LoadClaimOutcome.Held, oneMore.Outcome);
        Assert.Null(oneMore.Changed);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 1)]
    [InlineData(2, 13)]
    [InlineData(1_000, 121)]
    [InlineData(1e12, 255)]
    public void CostOf_ADuration_IsOnAScaleOfDoublings(double milliseconds, byte cost)
    {
        Assert.Equal(cost, LoadMark.CostOf(TimeSpan.FromMilliseconds(milliseconds)));
    }

    [Fact]
    public void Mark_HasItsParts()
    {
        var mark = new LoadMark(stale: 123_456, cost: 77, isNull: true);

        Assert.Equal(0x8001_4D00_0001_E240UL, mark.Bits);
        Assert.Equal((123_456L, (byte)77, true, true), (mark.Stale, mark.Cost, mark.IsNull, mark.IsPresent));
        Assert.InRange(LoadMark.MillisecondsOf(LoadMark.CostOf(TimeSpan.FromMilliseconds(300))), 280, 320);
    }

    private static LoadTable NewTable() => new(new KeyHash(7));
}
