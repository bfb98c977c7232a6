using Orleans.Cache.Cli.Commands;

namespace Orleans.Cache.Cli.Tests.Commands;

public sealed class DurationsTests
{
    [Theory]
    [InlineData("1ms", 1)]
    [InlineData("500ms", 500)]
    [InlineData("30s", 30_000)]
    [InlineData("5m", 300_000)]
    [InlineData("2h", 7_200_000)]
    [InlineData("1d", 86_400_000)]
    [InlineData("1h30m", 5_400_000)]
    [InlineData("1d2h3m4s5ms", 93_784_005)]
    [InlineData("0h1s", 1_000)]
    [InlineData("90M", 5_400_000)]
    public void TryParseTimeToLive_Duration_IsThatLong(string text, long milliseconds)
    {
        Assert.True(Durations.TryParseTimeToLive(text, out var duration, out _));

        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), duration);
    }

    [Fact]
    public void TryParseTimeToLive_Never_IsInfinite()
    {
        Assert.True(Durations.TryParseTimeToLive("never", out var duration, out _));

        Assert.Equal(Timeout.InfiniteTimeSpan, duration);
    }

    [Theory]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("s")]
    [InlineData("5x")]
    [InlineData("-5s")]
    [InlineData("+5s")]
    [InlineData("1.5h")]
    [InlineData("30m1h")]
    [InlineData("1h1h")]
    [InlineData("1h 30m")]
    [InlineData("1h30")]
    [InlineData("٣s")]
    public void TryParseTimeToLive_NoDuration_SaysWhatWasExpected(string text)
    {
        Assert.False(Durations.TryParseTimeToLive(text, out _, out var error));

        Assert.Equal($"'{text}' is no duration. Expected whole numbers with the units d, h, m, s or ms, largest first: 500ms, 30s, 1h30m; or 'never'.", error);
    }

    [Theory]
    [InlineData("0s")]
    [InlineData("0h0m")]
    public void TryParseTimeToLive_Zero_IsRefused(string text)
    {
        Assert.False(Durations.TryParseTimeToLive(text, out _, out var error));

        Assert.Equal($"'{text}' is no time at all. Expected at least 1ms, or 'never' for an entry that does not expire.", error);
    }

    [Theory]
    [InlineData("10675200d")]
    [InlineData("9223372036854775807d")]
    [InlineData("99999999999999999999999999s")]
    [InlineData("10675199d9223372036854775807s")]
    public void TryParseTimeToLive_Overflowing_IsRefused(string text)
    {
        Assert.False(Durations.TryParseTimeToLive(text, out _, out var error));

        Assert.StartsWith($"'{text}' is longer than 10,675,199 days", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, "0ms")]
    [InlineData(1, "1ms")]
    [InlineData(29_412, "29s412ms")]
    [InlineData(5_400_000, "1h30m")]
    [InlineData(86_400_000, "1d")]
    public void Format_Duration_CanBeTypedBack(long milliseconds, string text) =>
        Assert.Equal(text, Durations.Format(TimeSpan.FromMilliseconds(milliseconds)));

    [Fact]
    public void Format_Infinite_IsNever() => Assert.Equal("never", Durations.Format(Timeout.InfiniteTimeSpan));
}
