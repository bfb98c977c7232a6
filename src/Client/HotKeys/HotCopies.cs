using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Orleans.Cache.Client.Near;
using Orleans.Cache.Client.Routing;
using Orleans.Cache.Contracts.HotKeys;
using Orleans.Cache.Engine.Batches;

namespace Orleans.Cache.Client.HotKeys;

/// <summary>
/// The copies that a silo has of hot keys which other silos own: entries of its near caches, which it follows the others' changes for. Safe for any
/// number of threads.
/// </summary>
/// <remarks>A silo that is asked for a key of which it has no copy that it may read answers so, and fetches one meanwhile. Silos that are not asked have none.</remarks>
internal sealed class HotCopies(NearCaches near, NamedCaches caches, Func<OperationRouter> router)
{
    private const int BytesOnStack = 256;

    private readonly ConcurrentDictionary<string, CacheHotCopies> _caches = new(StringComparer.Ordinal);
    private long _reads;
    private long _misses;

    /// <summary>How many reads copies have answered.</summary>
    public long Reads => Volatile.Read(ref _reads);

    /// <summary>How many they could not answer.</summary>
    public long Misses => Volatile.Read(ref _misses);

    /// <summary>Reads a copy.</summary>
    /// <param name="cache">The cache's name.</param>
    /// <param name="key">The key.</param>
    /// <param name="result">Receives all but the value; marked as a copy's.</param>
    /// <returns>The value; <see langword="null"/> if there is none that may be read.</returns>
    public ReadOnlyMemory<byte>? TryRead(string cache, ReadOnlySpan<byte> key, ref ShardResult result)
    {
        if (Of(cache)?.TryRead(key, ref result) is { } value)
        {
            Interlocked.Increment(ref _reads);
            return value;
        }

        Interlocked.Increment(ref _misses);
        return null;
    }

    /// <summary>Reads a copy in this process, if it is not older than a version.</summary>
    [SkipLocalsInit]
    public bool TryRead(string cache, in Operation operation, long leastVersion, out OperationResult result)
    {
        Span<byte> room = stackalloc byte[BytesOnStack];
        scoped ReadOnlySpan<byte> key = operation.Key.MaxByteCount <= BytesOnStack ? room[..operation.Key.CopyTo(room)] : operation.Key.ToArray();
        var shardResult = default(ShardResult);
        if (TryRead(cache, key, ref shardResult) is not { } value || shardResult.Version < leastVersion)
        {
            result = default;
            return false;
        }

        result = new OperationResult(shardResult, operation.IsPooled ? PooledValue.Rent(value.Span) : value);
        return true;
    }

    /// <summary>What copies have answered since the last call, to be told to the owners of the keys.</summary>
    public IEnumerable<HotKeyReads> TakeReads() => _caches.Values.SelectMany(static cache => cache.TakeReads());

    private CacheHotCopies? Of(string name)
    {
        if (_caches.TryGetValue(name, out var known))
        {
            return known;
        }

        var cache = caches.Of(name);
        return cache.IsIn(cache.Snapshot) && cache.HotCopies > 0 ? _caches.GetOrAdd(name, new CacheHotCopies(cache, near.Of(cache), router)) : null;
    }
}
