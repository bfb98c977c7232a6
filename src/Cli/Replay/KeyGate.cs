using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Orleans.Cache.Cli.Replay;

/// <summary>
/// Lets one request for a key pass at a time. A replay runs much faster than the traffic it was recorded from: without the gate a key that
/// is asked for twice in a row would miss twice, because the first set is still on its way. Safe for any number of threads.
/// </summary>
internal sealed class KeyGate
{
    private readonly ConcurrentDictionary<byte[], TaskCompletionSource> _passing = new(new ByContent());

    /// <summary>Waits until no other request for the key is under way, and keeps others out until <see cref="Leave"/>.</summary>
    public async ValueTask EnterAsync(byte[] key, CancellationToken cancellationToken)
    {
        var own = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        while (_passing.GetOrAdd(key, own) is var first && !ReferenceEquals(first, own))
        {
            await first.Task.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Lets the next request for the key pass.</summary>
    public void Leave(byte[] key)
    {
        // Out of the table before the waiters are woken, or they would find it there again and wait for what has been.
        if (_passing.TryRemove(key, out var own))
        {
            own.SetResult();
        }
    }

    private sealed class ByContent : IEqualityComparer<byte[]>
    {
        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode([DisallowNull] byte[] obj)
        {
            var hash = default(HashCode);
            hash.AddBytes(obj);
            return hash.ToHashCode();
        }
    }
}
