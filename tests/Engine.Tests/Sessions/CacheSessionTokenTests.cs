namespace Orleans.Cache.Engine.Tests.Sessions;

/// <summary>Tokens of sessions, and their text.</summary>
public sealed class CacheSessionTokenTests
{
    [Fact]
    public void Text_OfAToken_IsWhatOldProcessesRead()
    {
        var token = TokenOf((3, 1_800_000_000, 7), (5, 1_800_000_002, 300), (1023, 1_800_000_000, 1));

        Assert.Equal("AYCkp9oGAwAHAQKsAvkHAAE", token.ToString());
        Assert.Equal(token, CacheSessionToken.Parse(token.ToString()));
        Assert.Equal(3, token.Count);
    }

    [Fact]
    public void Text_OfAnyToken_ReadsBack()
    {
        var random = new Random(5);
        for (var turn = 0; turn < 500; turn++)
        {
            var entries = Enumerable.Range(0, random.Next(40)).Select(_ => (random.Next(Slot.Count), random.NextInt64(1, long.MaxValue), random.NextInt64())).DistinctBy(static entry => entry.Item1);
            var token = TokenOf([.. entries]);

            Assert.True(CacheSessionToken.TryParse(token.ToString(), out var read));
            Assert.Equal(token, read);
            Assert.Equal(token.GetHashCode(), read.GetHashCode());
            Assert.Equal(token.ToString(), read.ToString());
        }
    }

    [Theory]
    [InlineData("AQ")]
    [InlineData("AgEBAQE")]
    [InlineData("AQEB")]
    [InlineData("AQH___8BAQE")]
    [InlineData("AQEB____AwEB")]
    [InlineData("AQH_____________AQEB")]
    [InlineData("no token!")]
    [InlineData("=")]
    [InlineData(null)]
    public void Text_ThatIsNone_IsRefused(string? text)
    {
        Assert.False(CacheSessionToken.TryParse(text, out var token));
        Assert.Null(token);
        if (text is not null)
        {
            Assert.Throws<FormatException>(() => CacheSessionToken.Parse(text));
        }
    }

    [Fact]
    public void Text_ThatWasDamaged_IsRefusedOrAToken()
    {
        var text = TokenOf((3, 1_800_000_000, 7), (5, 1_800_000_002, 300)).ToString();
        var random = new Random(9);
        for (var turn = 0; turn < 2000; turn++)
        {
            var damaged = text.ToCharArray();
            damaged[random.Next(damaged.Length)] = (char)random.Next(32, 127);
            if (CacheSessionToken.TryParse(new string(damaged, 0, random.Next(damaged.Length + 1)), out var token))
            {
                Assert.InRange(token.Count, 0, Slot.Count);
            }
        }
    }

    [Fact]
    public void Merge_TakesTheLaterOfBoth_ByEpochFirst()
    {
        var one = TokenOf((1, 5, 100), (2, 6, 1));
        var other = TokenOf((1, 6, 1), (2, 6, 3), (9, 1, 1));

        var both = one.Merge(other);

        Assert.Equal(TokenOf((1, 6, 1), (2, 6, 3), (9, 1, 1)), both);
        Assert.True(both == other.Merge(one));
        Assert.True(one != both);
        Assert.Same(one, one.Merge(CacheSessionToken.Empty));
        Assert.Equal(one, CacheSessionToken.Empty.Merge(one));
        Assert.Equal(string.Empty, CacheSessionToken.Empty.ToString());
        Assert.Same(CacheSessionToken.Empty, CacheSessionToken.Parse(string.Empty));
    }

    [Fact]
    public void Session_NotesNothingThatIsOlder()
    {
        var session = new CacheSession(TokenOf((4, 2, 10)));

        session.Note(4, 2, 9);
        session.Note(4, 1, 11);
        session.Note(4, 0, 0);
        Assert.Equal((2, 10), session.SeenOf(4));
        session.Note(4, 3, 1);
        session.Add(TokenOf((7, 1, 1)));

        Assert.Equal(TokenOf((4, 3, 1), (7, 1, 1)), session.Token);
        Assert.Equal((0, 0), session.SeenOf(5));
    }

    private static CacheSessionToken TokenOf(params (int Partition, long Epoch, long Sequence)[] entries)
    {
        var session = new CacheSession();
        foreach (var (partition, epoch, sequence) in entries)
        {
            session.Note(partition, epoch, sequence);
        }

        return session.Token;
    }
}
