using Orleans.Cache.Cli.Replay;

namespace Orleans.Cache.Cli.Tests.Replay;

public sealed class KeyGateTests
{
    private readonly KeyGate _gate = new();

    [Fact]
    public async Task Enter_KeyUnderWay_WaitsUntilItLeaves()
    {
        await _gate.EnterAsync("a"u8.ToArray(), default);

        var second = _gate.EnterAsync("a"u8.ToArray(), default).AsTask();
        Assert.False(second.IsCompleted);

        _gate.Leave("a"u8.ToArray());
        await second;
    }

    [Fact]
    public void Enter_OtherKey_Passes()
    {
        Assert.True(_gate.EnterAsync("a"u8.ToArray(), default).AsTask().IsCompletedSuccessfully);
        Assert.True(_gate.EnterAsync("b"u8.ToArray(), default).AsTask().IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Enter_CancelledWhileWaiting_LeavesTheGateAsItWas()
    {
        await _gate.EnterAsync("a"u8.ToArray(), default);
        using var cancellation = new CancellationTokenSource();
        var second = _gate.EnterAsync("a"u8.ToArray(), cancellation.Token).AsTask();

        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);

        _gate.Leave("a"u8.ToArray());
        Assert.True(_gate.EnterAsync("a"u8.ToArray(), default).AsTask().IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Enter_ManyAtOnce_PassOneByOne()
    {
        var inside = 0;
        var most = 0;
        await Parallel.ForEachAsync(Enumerable.Range(0, 2000), new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (_, cancellationToken) =>
        {
            await _gate.EnterAsync("a"u8.ToArray(), cancellationToken);
            most = Math.Max(most, Interlocked.Increment(ref inside));
            await Task.Yield();
            Interlocked.Decrement(ref inside);
            _gate.Leave("a"u8.ToArray());
        });

        Assert.Equal(1, most);
    }
}
