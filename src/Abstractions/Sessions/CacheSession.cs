using System.Diagnostics;

namespace Orleans.Cache;

/// <summary>
/// Reads that never see less than was seen before: those of a session see every write of the session, and nothing older than an earlier read
/// of it has seen, whichever copies answer (<see cref="CacheReadLevel.Any"/>), in whichever process. See docs/consistency.md.
/// </summary>
/// <remarks>
/// <para>A cache takes part with <see cref="CacheCallOptions.Session"/> or <see cref="CacheSessionExtensions.WithSession(ICache, CacheSession)"/>.
/// <see cref="ICacheGrid.StartSession"/> does it for all calls of a flow of control, and of the grains that it calls.</para>
/// <para>Calls that end in an error or are cancelled leave the session as it was. Safe for any number of threads.</para>
/// </remarks>
[DebuggerDisplay("{Token}")]
public sealed class CacheSession : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<int, CacheSessionToken.Entry> _seen = [];
    private Action? _end;
    private CacheSessionToken? _token;

    /// <summary>Makes a session that has seen nothing.</summary>
    public CacheSession()
    {
    }

    /// <summary>Goes on with what another session has seen, in another process perhaps.</summary>
    public CacheSession(CacheSessionToken token) => Add(token);

    /// <summary>What the session has seen by now.</summary>
    public CacheSessionToken Token
    {
        get
        {
            lock (_lock)
            {
                return _token ??= _seen.Count == 0 ? CacheSessionToken.Empty : new CacheSessionToken([.. _seen.Values.OrderBy(static entry => entry.Partition)]);
            }
        }
    }

    /// <summary>Lets the session see what another has seen: what it writes from now on may depend on that.</summary>
    public void Add(CacheSessionToken token)
    {
        ArgumentNullException.ThrowIfNull(token);
        foreach (var (partition, epoch, sequence) in token.Entries)
        {
            Note(partition, epoch, sequence);
        }
    }

    /// <summary>Ends what <see cref="ICacheGrid.StartSession"/> began; the session itself goes on, where a cache has it.</summary>
    public void Dispose() => Interlocked.Exchange(ref _end, null)?.Invoke();

    /// <summary>Lets <see cref="Dispose"/> do something.</summary>
    internal void EndWith(Action end) => _end = end;

    /// <summary>How far the session has seen a partition; 0 and 0 if not at all.</summary>
    internal (long Epoch, long Sequence) SeenOf(int partition)
    {
        lock (_lock)
        {
            return _seen.TryGetValue(partition, out var entry) ? (entry.Epoch, entry.Sequence) : default;
        }
    }

    /// <summary>Notes that the session has seen a partition so far.</summary>
    internal void Note(int partition, long epoch, long sequence)
    {
        lock (_lock)
        {
            if (epoch > 0 && (!_seen.TryGetValue(partition, out var entry) || entry.IsBehind(epoch, sequence)))
            {
                _seen[partition] = new CacheSessionToken.Entry(partition, epoch, sequence);
                _token = null;
            }
        }
    }
}
