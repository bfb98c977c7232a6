using Orleans.Cache.Engine.Copies;
using Orleans.Cache.Engine.Invalidation;
using Orleans.Cache.TestKit;

namespace Orleans.Cache.Engine.Tests.Invalidation;

/// <summary>What a silo tells near caches, and what strict writes wait for.</summary>
public sealed class InvalidationFeedTests
{
    private const int Capacity = 8;
    private static readonly Guid One = Guid.NewGuid();
    private static readonly Guid Two = Guid.NewGuid();

    private readonly ManualTimeProvider _time = new();
    private readonly InvalidationFeed _feed;
    private readonly long _lease;

    public InvalidationFeedTests()
    {
        _feed = new InvalidationFeed(Capacity, _time, TimeSpan.FromSeconds(10));
        _lease = _time.TimestampFrequency;
    }

    [Fact]
    public void Events_AreReadOnceEach_InTheirOrder()
    {
        var next = Join(One, out var session);
        Append(1, 2, 3);

        Assert.Equal([1UL, 2UL], Read(session, ref next, atMost: 2));
        Append(4);
        Assert.Equal([3UL, 4UL], Read(session, ref next));
        Assert.Empty(Read(session, ref next));
    }

    [Fact]
    public void Append_WithoutSubscribers_RecordsNothing_AndWhoComesBackFindsAGap()
    {
        Append(1);
        Assert.Equal(0, _feed.Appended);

        var next = Join(One, out var session);
        _time.Advance(TimeSpan.FromSeconds(11));
        _feed.Tick();
        Assert.False(_feed.IsFollowed);
        Append(2);

        Assert.True(_feed.Read(session, next, new FeedEvent[1]).IsGap);
    }

    [Fact]
    public void Read_OfWhatIsNotKeptAnyMore_IsAGap()
    {
        var next = Join(One, out var session);
        Append(1, 2, 3, 4, 5, 6, 7, 8);
        Assert.Equal(8, Read(session, ref next).Length);
        Append(1, 2, 3, 4, 5, 6, 7, 8);
        Assert.False(_feed.Read(session, next, new FeedEvent[1]).IsGap);

        Append(9);

        var page = _feed.Read(session, next, new FeedEvent[1]);
        Assert.True(page.IsGap);
        Assert.Equal(next + 9, page.Next);
    }

    [Fact]
    public async Task WaitForNews_EndsWithTheNextEvent()
    {
        var next = Join(One, out var session);
        var news = _feed.WaitForNewsAsync(session, next, onlyUrgent: false);
        var urgent = _feed.WaitForNewsAsync(session, next, onlyUrgent: true);
        Assert.False(news.IsCompleted);

        Append(1);
        await news;
        Assert.False(urgent.IsCompleted);

        _ = AppendStrict(2);
        await urgent;
        Assert.True(_feed.WaitForNewsAsync(session, next, onlyUrgent: true).IsCompleted);
        Assert.True(_feed.WaitForNewsAsync(session + 1, next, onlyUrgent: false).IsCompleted);
    }

    [Fact]
    public void StrictWrite_WaitsForAllWhoMayBeReading()
    {
        var one = Join(One, out var session);
        var two = Join(Two, out _);

        var wait = AppendStrict(1)!;
        Assert.False(wait.IsOver);
        Assert.Equal(1, _feed.HeldWrites);
        _feed.Hear(One, session, one + 1, isStrict: true);
        Assert.False(wait.IsOver);
        _feed.Hear(Two, session, two, isStrict: true);
        Assert.False(wait.IsOver);

        _feed.Hear(Two, session, two + 1, isStrict: true);
        Assert.True(wait.IsOver);
        Assert.Equal(0, _feed.HeldWrites);
    }

    [Fact]
    public void StrictWrite_DoesNotWaitForTheOthers()
    {
        Assert.Null(AppendStrict(1));
        Join(One, out var session, isStrict: false);
        Assert.Null(AppendStrict(2));
        Join(Two, out _);
        _time.Advance(TimeSpan.FromSeconds(1.5));

        // Its lease is over.
        Assert.Null(AppendStrict(3));
        Assert.NotEqual(0, session);
    }

    [Fact]
    public void StrictWrite_OnceTheLeaseOfTheSilentIsOver_GoesOn()
    {
        Join(One, out _);
        var wait = AppendStrict(1)!;
        _time.Advance(TimeSpan.FromSeconds(0.9));
        _feed.Tick();
        Assert.False(wait.IsOver);

        _time.Advance(TimeSpan.FromSeconds(0.2));
        _feed.Tick();
        Assert.True(wait.IsOver);
    }

    [Fact]
    public void StrictWrite_InANewEpoch_WaitsForReadersOfTheOwnerBefore()
    {
        BatchWait? wait = null;
        _feed.Append([new FeedEvent(1, 1, 0)], _lease, notBefore: _time.GetTimestamp() + _lease, ref wait);
        wait!.TryEnd();
        _time.Advance(TimeSpan.FromSeconds(0.9));
        _feed.Tick();
        Assert.False(wait.IsOver);

        _time.Advance(TimeSpan.FromSeconds(0.2));
        _feed.Tick();
        Assert.True(wait.IsOver);
    }

    [Fact]
    public void Subscriber_WithAnotherSession_HasAcknowledgedNothing()
    {
        var next = Join(One, out var session);
        var wait = AppendStrict(1)!;
        _feed.Hear(One, session + 1, next + 1, isStrict: true);
        Assert.False(wait.IsOver);
    }

    private long Join(Guid subscriber, out long session, bool isStrict = true)
    {
        _feed.Hear(subscriber, 0, 0, isStrict);
        var page = _feed.Read(0, 0, []);
        Assert.True(page.IsGap);
        session = page.Session;
        _feed.Hear(subscriber, session, page.Next, isStrict);
        return page.Next;
    }

    private void Append(params ulong[] hashes)
    {
        BatchWait? wait = null;
        _feed.Append([.. hashes.Select(static hash => new FeedEvent(hash, 1, 0))], 0, 0, ref wait);
        Assert.Null(wait);
    }

    private BatchWait? AppendStrict(ulong hash)
    {
        BatchWait? wait = null;
        _feed.Append([new FeedEvent(hash, 1, 0)], _lease, 0, ref wait);
        wait?.TryEnd();
        return wait;
    }

    private ulong[] Read(long session, ref long next, int atMost = Capacity)
    {
        var events = new FeedEvent[atMost];
        var page = _feed.Read(session, next, events);
        Assert.False(page.IsGap);
        next = page.Next;
        return [.. events.Take(page.Count).Select(static change => change.KeyHash)];
    }
}
