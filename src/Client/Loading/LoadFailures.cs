using System.Collections.Concurrent;

namespace Orleans.Cache.Client.Loading;

/// <summary>The loads that failed lately in this process, so that their source is not asked again at once. Safe for any number of threads.</summary>
internal sealed class LoadFailures(TimeProvider time)
{
    /// <summary>So many are remembered; with more, the source is asked sooner than it would have to be.</summary>
    private const int Most = 10_000;

    private readonly ConcurrentDictionary<CacheKey, Failure> _failures = new();

    /// <summary>The failure of a key's last load, if it was not longer ago than so.</summary>
    public Exception? Find(CacheKey key, TimeSpan within) =>
        within > TimeSpan.Zero && _failures.TryGetValue(key, out var failure) && time.GetElapsedTime(failure.At) < within ? failure.Exception : null;

    public void Add(CacheKey key, Exception exception, TimeSpan within)
    {
        if (within <= TimeSpan.Zero)
        {
            return;
        }

        if (_failures.Count >= Most)
        {
            _failures.Clear();
        }

        _failures[key] = new Failure(exception, time.GetTimestamp());
    }

    public void Remove(CacheKey key)
    {
        if (!_failures.IsEmpty)
        {
            _failures.TryRemove(key, out _);
        }
    }

    private readonly record struct Failure(Exception Exception, long At);
}
