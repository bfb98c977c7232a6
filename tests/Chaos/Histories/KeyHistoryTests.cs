using Orleans.Cache.Chaos.Histories;

namespace Orleans.Cache.Chaos.Tests.Histories;

public sealed class KeyHistoryTests
{
    private readonly KeyHistory _history = new("key");

    [Fact]
    public void Read_OfWhatWasAcknowledged_IsRight()
    {
        Acknowledge();

        Assert.Null(Read(1));
    }

    [Fact]
    public void Read_OfAWriteUnderWay_IsRight_AndSoIsTheOneBefore()
    {
        Acknowledge();
        _history.BeginWrite();

        Assert.Null(Read(1));
        Assert.Null(Read(2));
    }

    [Fact]
    public void Read_BegunBeforeTheAcknowledgement_MayReturnLess()
    {
        Acknowledge();
        var number = _history.BeginWrite();
        var start = _history.BeginRead(TimeSpan.Zero);
        _history.Acknowledge(number, at: TimeSpan.Zero);

        Assert.Null(_history.EndRead(start, 1)?.Kind);
    }

    [Fact]
    public void Read_BegunAfterTheAcknowledgement_OfLess_IsStale()
    {
        Acknowledge();
        Acknowledge();

        Assert.Equal(ViolationKind.Stale, Read(1));
    }

    [Fact]
    public void Miss_AfterTheAcknowledgement_IsMissing()
    {
        Acknowledge();

        Assert.Equal(ViolationKind.Missing, Read(null));
    }

    [Fact]
    public void Miss_BeforeAnyAcknowledgement_IsRight()
    {
        _history.BeginWrite();

        Assert.Null(Read(null));
    }

    [Fact]
    public void Read_OfMoreThanWasAttempted_IsPhantom()
    {
        Acknowledge();

        Assert.Equal(ViolationKind.Phantom, Read(2));
    }

    [Fact]
    public void Read_OfWhatWasRefused_IsPhantom()
    {
        Acknowledge();
        _history.Refuse(_history.BeginWrite());

        Assert.Equal(ViolationKind.Phantom, Read(2));
        Assert.Null(Read(1));
    }

    [Theory]
    [InlineData(1L)]
    [InlineData(null)]
    public void Read_OfLessThanAnEarlierRead_HasGoneBack(long? second)
    {
        if (second is not null)
        {
            Acknowledge();
        }

        var number = _history.BeginWrite();

        Assert.Null(Read(number));
        Assert.Equal(ViolationKind.WentBack, Read(second));
    }

    [Fact]
    public void WriteOfUnknownOutcome_MayBeRead_OrNot_AndIsTheLast()
    {
        Acknowledge();
        _history.BeginWrite();
        _history.LeaveOpen();

        Assert.Null(Read(1));
        Assert.Null(Read(2));
        Assert.Throws<InvalidOperationException>(() => _history.BeginWrite());
    }

    [Fact]
    public void Removal_ThatWasAcknowledged_MustStay()
    {
        var history = new KeyHistory("key", removeEvery: 2);
        history.Acknowledge(history.BeginWrite(), at: TimeSpan.Zero);
        history.Acknowledge(history.BeginWrite(), at: TimeSpan.Zero);

        Assert.Null(history.EndRead(history.BeginRead(TimeSpan.Zero), null));
        Assert.Equal(ViolationKind.Risen, history.EndRead(history.BeginRead(TimeSpan.Zero), 1)?.Kind);

        history.Acknowledge(history.BeginWrite(), at: TimeSpan.Zero);
        Assert.Equal(ViolationKind.Missing, history.EndRead(history.BeginRead(TimeSpan.Zero), null)?.Kind);
    }

    [Fact]
    public void Removal_ThatWasRefused_ExplainsNoMiss()
    {
        var history = new KeyHistory("key", removeEvery: 2);
        history.Acknowledge(history.BeginWrite(), at: TimeSpan.Zero);
        history.Refuse(history.BeginWrite());

        Assert.Equal(ViolationKind.Missing, history.EndRead(history.BeginRead(TimeSpan.Zero), null)?.Kind);
    }

    [Fact]
    public void CacheThatEvicts_MayMiss_ButNotBeStale()
    {
        var history = new KeyHistory("key", mayVanish: true);
        history.Acknowledge(history.BeginWrite(), at: TimeSpan.Zero);
        history.Acknowledge(history.BeginWrite(), at: TimeSpan.Zero);

        Assert.Null(history.EndRead(history.BeginRead(TimeSpan.Zero), null));
        Assert.Equal(ViolationKind.Stale, history.EndRead(history.BeginRead(TimeSpan.Zero), 1)?.Kind);
    }

    [Fact]
    public void Loss_OnceCounted_IsNotAskedForAgain()
    {
        Acknowledge();
        _history.ForgetPast();

        Assert.Null(Read(null));

        Acknowledge();
        Assert.Equal(ViolationKind.Missing, Read(null));
    }

    private void Acknowledge() => _history.Acknowledge(_history.BeginWrite(), at: TimeSpan.Zero);

    private ViolationKind? Read(long? number) => _history.EndRead(_history.BeginRead(TimeSpan.Zero), number)?.Kind;
}
