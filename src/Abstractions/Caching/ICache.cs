using System.Buffers;

namespace Orleans.Cache;

/// <summary>
/// A named cache of the grid: a keyspace with its own settings.
/// </summary>
/// <remarks>
/// Safe for any number of threads. Every operation on one key is atomic, and a read after an acknowledged write sees it or a later one.
/// Each member may throw <see cref="CacheRequestException"/> (the request is at fault, nothing was done),
/// <see cref="CacheUnavailableException"/> (the grid cannot be reached, nothing was done) and <see cref="OperationCanceledException"/>;
/// writes may throw <see cref="CacheOutcomeUnknownException"/> (no answer came). A cancelled write may still have been done.
/// </remarks>
public interface ICache
{
    /// <summary>The cache's name.</summary>
    string Name { get; }

    /// <summary>The same cache, with calls that ask for something else of the grid. To be kept where it is used often.</summary>
    /// <param name="options">What they ask for; what it leaves open is as in this cache.</param>
    ICache WithOptions(CacheCallOptions options);

    /// <summary>Reads an entry, with its version and time to live.</summary>
    ValueTask<CacheEntry> TryGetAsync(CacheKey key, CancellationToken cancellationToken = default);

    /// <summary>Reads a value.</summary>
    /// <returns>The value's bytes, <see langword="null"/> for a miss.</returns>
    ValueTask<ReadOnlyMemory<byte>?> GetAsync(CacheKey key, CancellationToken cancellationToken = default);

    /// <summary>Reads a value into memory from a pool, so that nothing as large as the value is allocated.</summary>
    /// <returns>
    /// The value, exactly as long as it is, <see langword="null"/> for a miss. Dispose of it when you have read it, and look at its memory no more:
    /// others will write there.
    /// </returns>
    ValueTask<IMemoryOwner<byte>?> GetPooledAsync(CacheKey key, CancellationToken cancellationToken = default);

    /// <summary>
    /// Reads an entry and turns its value into a <typeparamref name="T"/> with the client's serializer; a byte array or memory of bytes is
    /// the value as it is.
    /// </summary>
    /// <exception cref="CacheSerializationException">The type has no serializer, or the bytes do not fit it.</exception>
    ValueTask<CacheEntry<T>> TryGetAsync<T>(CacheKey key, CancellationToken cancellationToken = default);

    /// <summary>Reads a value and turns it into a <typeparamref name="T"/> with the client's serializer.</summary>
    /// <returns>The value; the type's default for a miss, so use <see cref="TryGetAsync{T}"/> where that is a value too.</returns>
    /// <exception cref="CacheSerializationException">The type has no serializer, or the bytes do not fit it.</exception>
    ValueTask<T?> GetAsync<T>(CacheKey key, CancellationToken cancellationToken = default);

    /// <summary>Reads many entries, with one message to each silo that owns some of them.</summary>
    /// <param name="keys">At most <see cref="CacheLimits.MaxBatchOperations"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The entries in the order of <paramref name="keys"/>.</returns>
    ValueTask<CacheEntry[]> GetManyAsync(IReadOnlyList<CacheKey> keys, CancellationToken cancellationToken = default);

    /// <summary>Reads many entries into room of the caller's own, so that nothing is allocated but the values.</summary>
    /// <param name="keys">At most <see cref="CacheLimits.MaxBatchOperations"/>.</param>
    /// <param name="entries">Receives the entries in the order of <paramref name="keys"/>; at least as long.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>How many were found.</returns>
    /// <exception cref="ArgumentException"><paramref name="entries"/> is too short.</exception>
    ValueTask<int> GetManyAsync(IReadOnlyList<CacheKey> keys, Memory<CacheEntry> entries, CancellationToken cancellationToken = default);

    /// <summary>Writes an entry.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value, at most <see cref="CacheLimits.MaxValueBytes"/>; it must not change before the call returns.</param>
    /// <param name="options">Expiry and condition.</param>
    /// <param name="cancellationToken">Ends the wait; the write may still happen.</param>
    /// <returns>Whether it was written, and the version.</returns>
    ValueTask<CacheWriteResult> SetAsync(
        CacheKey key, ReadOnlyMemory<byte> value, CacheSetOptions options = default, CancellationToken cancellationToken = default);

    /// <summary>Turns a value into bytes with the client's serializer and writes it. Byte arrays and memory of bytes are written as they are.</summary>
    /// <exception cref="CacheSerializationException">The type has no serializer.</exception>
    ValueTask<CacheWriteResult> SetAsync<T>(
        CacheKey key, T value, CacheSetOptions options = default, CancellationToken cancellationToken = default);

    /// <summary>Writes many entries, with one message to each silo that owns some of them. Each is atomic, the whole is not.</summary>
    /// <param name="items">Entries of different keys, at most <see cref="CacheLimits.MaxBatchOperations"/>.</param>
    /// <param name="cancellationToken">Ends the wait; the writes may still happen.</param>
    /// <returns>The results in the order of <paramref name="items"/>.</returns>
    ValueTask<CacheWriteResult[]> SetManyAsync(IReadOnlyList<CacheSetItem> items, CancellationToken cancellationToken = default);

    /// <summary>Removes an entry.</summary>
    /// <returns>
    /// Whether there was one. A removal whose answer is lost is sent again, and the second answer may then be <see langword="false"/>.
    /// </returns>
    ValueTask<bool> RemoveAsync(CacheKey key, CancellationToken cancellationToken = default);

    /// <summary>Removes many entries, with one message to each silo that owns some of them.</summary>
    /// <returns>How many there were.</returns>
    ValueTask<int> RemoveManyAsync(IReadOnlyList<CacheKey> keys, CancellationToken cancellationToken = default);

    /// <summary>Removes all entries that were written with a tag.</summary>
    /// <remarks>
    /// No entry is looked for: each partition notes the tag, and what was written under it before is not found any more, by anybody, when this
    /// returns; near copies go as after any write. Partitions take note one by one, each atomically. Doing it again does no harm.
    /// </remarks>
    /// <param name="tag">The tag; <c>*</c>: all entries of the cache, tagged or not.</param>
    /// <param name="cancellationToken">Ends the wait; entries may still be removed.</param>
    ValueTask RemoveByTagAsync(string tag, CancellationToken cancellationToken = default);

    /// <summary>As the other, of all entries that were written with at least one of some tags.</summary>
    /// <param name="tags">1 to 16 tags; with <c>*</c> among them all entries.</param>
    /// <param name="cancellationToken">Ends the wait; entries may still be removed.</param>
    ValueTask RemoveByTagAsync(IReadOnlyList<string> tags, CancellationToken cancellationToken = default);

    /// <summary>Gives an entry a new time to live, from now on; its value and version stay.</summary>
    /// <param name="key">The key.</param>
    /// <param name="timeToLive">
    /// 1 ms to <see cref="CacheLimits.MaxTimeToLive"/>, or <see cref="Timeout.InfiniteTimeSpan"/>: for ever.
    /// </param>
    /// <param name="cancellationToken">Ends the wait; the touch may still happen.</param>
    /// <returns>Whether there was an entry.</returns>
    ValueTask<bool> TouchAsync(CacheKey key, TimeSpan timeToLive, CancellationToken cancellationToken = default);

    /// <summary>Adds to the whole number that an entry holds as decimal text, and keeps its expiry; an absent entry counts as 0.</summary>
    /// <param name="key">The key.</param>
    /// <param name="by">What to add; may be negative.</param>
    /// <param name="options">The expiry of an entry that this call makes. A condition is not taken.</param>
    /// <param name="cancellationToken">Ends the wait; the increment may still happen.</param>
    /// <returns>The new number.</returns>
    /// <exception cref="CacheRequestException">The entry holds no whole number, or the sum leaves the range of 64 bits.</exception>
    ValueTask<long> IncrementAsync(
        CacheKey key, long by = 1, CacheSetOptions options = default, CancellationToken cancellationToken = default);

    /// <summary>
    /// Reads a value and, if it is not there, loads it from its source: once in the whole grid, however many callers in however many processes ask.
    /// </summary>
    /// <remarks>
    /// Callers of one key in a process share one load, which goes on when one of them gives up; between processes the key's owner gives the load to
    /// one. A second load may happen where the loading process dies or stands still, or the key's partition moves. What the factory throws reaches
    /// the callers in its process, and is not stored; callers in another process then load for themselves. The factory runs on the thread pool.
    /// </remarks>
    /// <param name="key">The key.</param>
    /// <param name="factory">
    /// Loads the value. Its context says how the value is stored; its token is cancelled when the load has taken too long, not when a caller gives up.
    /// </param>
    /// <param name="options">How; what is unset is as in the client's options.</param>
    /// <param name="cancellationToken">Ends this caller's wait.</param>
    /// <returns>The value, from the cache or from the source.</returns>
    /// <exception cref="CacheLoadException">The load took too long, or the source is left alone because it failed too often.</exception>
    /// <exception cref="CacheRequestException">The value is too large, as with a set; or the factory asked for the key that it loads.</exception>
    /// <exception cref="CacheSerializationException">The type has no serializer, or the bytes do not fit it.</exception>
    ValueTask<T> GetOrSetAsync<T>(
        CacheKey key,
        Func<CacheLoadContext, CancellationToken, ValueTask<T>> factory,
        CacheLoadOptions? options = null,
        CancellationToken cancellationToken = default);

    /// <summary>As the other overload, for a factory that needs no context.</summary>
    /// <param name="key">The key.</param>
    /// <param name="factory">Loads the value.</param>
    /// <param name="timeToLive">How long the value lives; <see langword="null"/>: as in the client's options, else the cache's default.</param>
    /// <param name="cancellationToken">Ends this caller's wait.</param>
    ValueTask<T> GetOrSetAsync<T>(
        CacheKey key, Func<CancellationToken, ValueTask<T>> factory, TimeSpan? timeToLive = null, CancellationToken cancellationToken = default);

    /// <summary>What happens in the cache, for those who want to be told. Its events must be switched on: see <see cref="CacheOptions.Events"/>.</summary>
    ICacheEvents Events { get; }

    /// <summary>Says where a key lives and what its owner knows of it. For people and tools; it does not count as a read.</summary>
    ValueTask<CacheEntryLocation> LocateAsync(CacheKey key, CancellationToken cancellationToken = default);
}
