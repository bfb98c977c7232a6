using System.Text;
using Orleans.Cache.Engine.Batches;

namespace Orleans.Cache.Client.Tests.Lanes;

/// <summary>A silo falls silent while calls are on their way to it, and another one takes over what it owned.</summary>
[Collection(nameof(LaneSoakTests))]
public sealed class TakeoverTests : IDisposable
{
    private readonly LaneFixture _client = new(hasReplica: true);

    public void Dispose() => _client.Dispose();

    [Fact]
    public async Task Calls_ThatMayBeRepeated_GoToTheSiloThatTookOver()
    {
        var get = _client.GetAsync("get", TestContext.Current.CancellationToken);
        var first = _client.Door.Next();
        var set = _client.Cache.SetAsync("set", "value", cancellationToken: TestContext.Current.CancellationToken).AsTask();
        var many = _client.Cache.GetManyAsync(["one", "two"], TestContext.Current.CancellationToken).AsTask();
        _client.Replica.Answer = static batch =>
        {
            batch.Echo();
            return Task.CompletedTask;
        };

        Tick();
        Assert.False(get.IsCompleted || set.IsCompleted || many.IsCompleted);
        Assert.Equal(0, _client.Replica.Count);
        _client.HasTakenOver = true;
        Tick();

        Assert.Equal("get", await get);
        Assert.True((await set).Stored);
        Assert.Equal(["one", "two"], (await many).Select(static entry => Encoding.UTF8.GetString(entry.Value.Span)));

        // The shortest way to the silo that has lost the keys may be well.
        Assert.True(_client.Gateways.Contains(LaneFixture.Gateway.Endpoint));

        // Too late, and of no harm.
        first.Echo();
        Assert.Equal("next", await _client.GetAsync("next", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Calls_ToASiloThatIsSilentAlready_GoOnWithinTwoLooksOfTenMilliseconds()
    {
        var get = _client.GetAsync("get", TestContext.Current.CancellationToken);
        _client.Replica.Answer = static batch =>
        {
            batch.Echo();
            return Task.CompletedTask;
        };
        Tick();
        _client.HasTakenOver = true;

        // One to find the map, and one to go by it.
        _client.Time.Advance(TimeSpan.FromMilliseconds(10));
        Assert.Equal(0, _client.Replica.Count);
        _client.Time.Advance(TimeSpan.FromMilliseconds(10));

        Assert.Equal("get", await get.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Increment_ThatMayHaveBeenDone_IsSentAgainUnderItsId()
    {
        var sent = _client.Cache.IncrementAsync("counter", cancellationToken: TestContext.Current.CancellationToken).AsTask();
        var first = _client.Door.Next();
        ReceivedBatch? second = null;
        _client.Replica.Answer = batch =>
        {
            second = batch;
            batch.Echo();
            return Task.CompletedTask;
        };
        _client.HasTakenOver = true;

        Tick();

        await sent;
        var (mark, again) = (Assert.Single(first.Marks), Assert.Single(second!.Marks));
        Assert.Equal((OperationMark.IdOf(mark), TimeSpan.Zero), (OperationMark.IdOf(again), OperationMark.AgeOf(mark)));
        Assert.InRange(OperationMark.AgeOf(again), TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(500));
    }

    [Fact]
    public async Task Increment_OfWhichNobodyRemembersWhetherItWasDone_EndsUnknown()
    {
        var sent = _client.Cache.IncrementAsync("counter", cancellationToken: TestContext.Current.CancellationToken).AsTask();
        _client.Door.Next().EchoExcept(static _ => OperationStatus.Forgotten);

        await Assert.ThrowsAsync<CacheOutcomeUnknownException>(() => sent);
        Assert.Equal(1, _client.Door.Count);
    }

    [Fact]
    public async Task Increment_IsSentAgainWithTheSilosClock_WhenItLacksThat()
    {
        var sent = _client.Cache.IncrementAsync("counter", cancellationToken: TestContext.Current.CancellationToken).AsTask();
        var first = _client.Door.Next();
        first.EchoExcept(static _ => OperationStatus.Deferred, clock: 1_000_000);
        var second = _client.Door.Next();
        _client.Time.Advance(TimeSpan.FromSeconds(1));
        second.Echo();
        await sent;
        var third = _client.Cache.IncrementAsync("counter", cancellationToken: TestContext.Current.CancellationToken).AsTask();
        var sentAfter = _client.Door.Next().SentAfter;
        _client.Time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal((0, true), (first.SentAfter, second.SentAfter is > 990_000 and <= 1_000_000));
        Assert.InRange(sentAfter, 1_950_000, 2_000_000);
        await Assert.ThrowsAsync<CacheOutcomeUnknownException>(() => third);
    }

    [Fact]
    public async Task Calls_ThatWereSentThroughAnotherSilo_AreSentAgainWhenAConnectionIsLost()
    {
        // The shortest way is avoided for a while after a loss.
        var lost = _client.GetAsync("lost", TestContext.Current.CancellationToken);
        _client.Door.Next().Lose();
        _client.Relayed.Next().Echo();
        await lost;
        var get = _client.GetAsync("get", TestContext.Current.CancellationToken);
        var first = _client.Relayed.Next();
        Tick();
        Assert.Equal(2, _client.Relayed.Count);

        _client.Lanes.OnWayLost();
        Tick();

        _client.Relayed.Next().Echo();
        Assert.Equal("get", await get);
        var increment = _client.Cache.IncrementAsync("counter", cancellationToken: TestContext.Current.CancellationToken).AsTask();
        _client.Relayed.Next();
        _client.Lanes.OnWayLost();
        Tick();
        _client.Relayed.Next().Echo();
        await increment;

        // Too late, and of no harm.
        first.Echo();
        var last = _client.GetAsync("last", TestContext.Current.CancellationToken);
        _client.Relayed.Next().Echo();
        Assert.Equal("last", await last);
    }

    [Fact]
    public async Task SiloThatIsOnlySlow_KeepsItsCalls()
    {
        var get = _client.GetAsync("key", TestContext.Current.CancellationToken);
        var batch = _client.Door.Next();

        Tick();
        Tick();

        Assert.False(get.IsCompleted);
        batch.Echo();
        Assert.Equal("key", await get);
        Assert.Equal(0, _client.Replica.Count);
    }

    /// <summary>Time enough to miss an answer, to look for a map, and to act on it.</summary>
    private void Tick()
    {
        for (var step = 0; step < 6; step++)
        {
            _client.Time.Advance(TimeSpan.FromMilliseconds(50));
        }
    }
}
