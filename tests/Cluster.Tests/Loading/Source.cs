namespace Orleans.Cache.Cluster.Tests.Loading;

/// <summary>A source that counts how often it is asked, and answers when it is told to.</summary>
internal sealed class Source
{
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _calls;

    public int Calls => Volatile.Read(ref _calls);

    /// <summary>Completes when it is asked first.</summary>
    public Task Asked => _asked.Task;

    public void Answer() => _answer.TrySetResult();

    /// <summary>Answers at once, with how often it was asked.</summary>
    public ValueTask<string> LoadAsync(CacheLoadContext context, CancellationToken cancellationToken) => ValueTask.FromResult($"load {Count()}");

    /// <summary>Answers when it is told to.</summary>
    public async ValueTask<string> LoadSlowlyAsync(CacheLoadContext context, CancellationToken cancellationToken)
    {
        var call = Count();
        await _answer.Task.WaitAsync(cancellationToken);
        return $"load {call}";
    }

    public ValueTask<string> FailAsync(CacheLoadContext context, CancellationToken cancellationToken) =>
        throw new IOException($"failure {Count()}");

    private int Count()
    {
        var call = Interlocked.Increment(ref _calls);
        _asked.TrySetResult();
        return call;
    }
}
