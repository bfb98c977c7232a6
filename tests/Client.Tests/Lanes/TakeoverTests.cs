using System.Text;

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

        // Too late, and of no harm.
        first.Echo();
        Assert.Equal("next", await _client.GetAsync("next", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Increment_ThatMayHaveBeenDone_IsNotDoneAgain()
    {
        var sent = _client.Cache.IncrementAsync("counter", cancellationToken: TestContext.Current.CancellationToken).AsTask();
        _client.Door.Next();
        _client.HasTakenOver = true;

        Tick();

        await Assert.ThrowsAsync<CacheOutcomeUnknownException>(() => sent);
        Assert.Equal(0, _client.Replica.Count);
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
