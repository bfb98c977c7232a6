namespace Orleans.Cache;

/// <summary>
/// What happens in a cache, as it happens, from all silos: see <see cref="CacheEventKind"/>. The cache must have its events switched on
/// (<see cref="CacheOptions.Events"/>). Safe for any number of threads.
/// </summary>
/// <remarks>
/// Events of one key come in their order. They come a few milliseconds after what they tell of; nobody waits for them. A reader that missed
/// some is told so (<see cref="CacheEventKind.Missed"/>). After the loss of a silo events may be missing that it had not sent yet, and an expiry or eviction may be told
/// by its successor again.
/// </remarks>
public interface ICacheEvents
{
    /// <summary>Reads events from now on, until the enumeration ends. It begins to listen when the enumeration begins.</summary>
    /// <param name="filter">Which; <see langword="null"/>: all.</param>
    /// <param name="options">How; <see langword="null"/>: as by default.</param>
    /// <param name="cancellationToken">Ends the enumeration with <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="CacheRequestException">The cache has no events, or this process has not the silos' stream provider.</exception>
    /// <exception cref="CacheUnavailableException">The grid cannot be reached.</exception>
    IAsyncEnumerable<CacheEvent> ReadAsync(CacheEventFilter? filter = null, CacheEventReadOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>As <see cref="ReadAsync"/>, for who must know since when it listens: what happens after this returns is told, or told as missed.
    /// Some of what happened shortly before may be told too.</summary>
    /// <param name="filter">Which; <see langword="null"/>: all.</param>
    /// <param name="options">How; <see langword="null"/>: as by default.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The reader, to be disposed of.</returns>
    /// <exception cref="CacheRequestException">The cache has no events, or this process has not the silos' stream provider.</exception>
    /// <exception cref="CacheUnavailableException">The grid cannot be reached.</exception>
    ValueTask<ICacheEventReader> OpenAsync(CacheEventFilter? filter = null, CacheEventReadOptions? options = null, CancellationToken cancellationToken = default);
}
