using System.Collections.Concurrent;
using System.Threading.Tasks.Sources;

namespace Orleans.Cache.GridBench.OpenLoop;

/// <summary>A read whose reply has not come yet; used again and again.</summary>
internal sealed class PendingRead : IValueTaskSource
{
    private static readonly ConcurrentQueue<PendingRead> Pool = new();

    private ManualResetValueTaskSourceCore<bool> _source;

    public static PendingRead Rent() => Pool.TryDequeue(out var read) ? read : new PendingRead();

    public ValueTask AsTask() => new(this, _source.Version);

    public void Complete() => _source.SetResult(true);

    public void Fail(Exception error) => _source.SetException(error);

    public void GetResult(short token)
    {
        try
        {
            _source.GetResult(token);
        }
        finally
        {
            _source.Reset();
            Pool.Enqueue(this);
        }
    }

    public ValueTaskSourceStatus GetStatus(short token) => _source.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);
}
