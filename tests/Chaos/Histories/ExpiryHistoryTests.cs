using Orleans.Cache.Chaos.Histories;

namespace Orleans.Cache.Chaos.Tests.Histories;

public sealed class ExpiryHistoryTests
{
    private readonly ExpiryHistory _history = new("key", TimeSpan.FromSeconds(4));

    public ExpiryHistoryTests()
    {
        _history.BeginWrite(TimeSpan.FromSeconds(10));
        _history.Acknowledge(TimeSpan.FromSeconds(10.5));
    }

    [Theory]
    [InlineData(11, true, null)]
    [InlineData(11, false, nameof(ViolationKind.ExpiredEarly))]
    [InlineData(14.2, true, null)]
    [InlineData(14.2, false, null)]
    [InlineData(16, true, nameof(ViolationKind.ExpiredLate))]
    [InlineData(16, false, null)]
    public void Read_IsJudgedByTheTimeToLive(double seconds, bool found, string? wrong) =>
        Assert.Equal(wrong, Read(_history.BeginRead(), seconds, found)?.ToString());

    [Fact]
    public void Read_BegunBeforeTheNextSet_ProvesNothing()
    {
        var number = _history.BeginRead();
        _history.BeginWrite(TimeSpan.FromSeconds(20));
        _history.Acknowledge(TimeSpan.FromSeconds(20));

        Assert.Null(Read(number, 21, found: false));
    }

    [Fact]
    public void Set_OfUnknownOutcome_ProvesNothing()
    {
        _history.BeginWrite(TimeSpan.FromSeconds(20));
        _history.LeaveOpen();

        Assert.Null(Read(_history.BeginRead(), 21, found: false));
        Assert.Null(Read(_history.BeginRead(), 60, found: true));
    }

    private ViolationKind? Read(long number, double seconds, bool found) =>
        _history.EndRead(number, TimeSpan.FromSeconds(seconds), TimeSpan.FromSeconds(seconds), found)?.Kind;
}
