namespace Orleans.Cache;

/// <summary>One logical cache over many silos. Register it with <c>AddCacheGridClient</c>, or host it with <c>AddCacheGrid</c>.</summary>
/// <remarks>Safe for any number of threads; one instance serves a whole process.</remarks>
public interface ICacheGrid
{
    /// <summary>The name of the cache that every grid has.</summary>
    const string DefaultCache = "default";

    /// <summary>Gives access to a named cache. Cheap, and always the same object for the same name.</summary>
    /// <param name="name">1 to 64 characters of a-z, A-Z, 0-9, '-', '_' and '.'.</param>
    /// <exception cref="CacheRequestException">
    /// The name is malformed, or the grid has no such cache. Before the first contact with the grid the latter cannot be known: then the
    /// first operation throws it.
    /// </exception>
    ICache GetCache(string name = DefaultCache);

    /// <summary>
    /// Begins a session for all calls of this flow of control that name none, on all caches, until it is disposed of; and of the grains that are
    /// called from it, to which Orleans' request context brings what the session has seen by then. What they see the caller is not told: let them
    /// return their <see cref="CacheSession.Token"/> where that matters.
    /// </summary>
    /// <param name="token">What an earlier session has seen, for this one to go on with.</param>
    /// <returns>The session. Dispose of it in the method that began it.</returns>
    CacheSession StartSession(CacheSessionToken? token = null);

    /// <summary>The session that calls of this flow of control belong to unless they name another, <see langword="null"/> if there is none.</summary>
    CacheSession? CurrentSession { get; }

    /// <summary>The grid's silos and their parts of it, as this process routes by, refreshed first.</summary>
    /// <exception cref="CacheUnavailableException">The grid cannot be reached.</exception>
    ValueTask<GridTopology> GetTopologyAsync(CancellationToken cancellationToken = default);

    /// <summary>What every silo counts. A silo that does not answer is left out of the list.</summary>
    /// <exception cref="CacheUnavailableException">The grid cannot be reached.</exception>
    ValueTask<IReadOnlyList<SiloStatistics>> GetStatisticsAsync(CancellationToken cancellationToken = default);

    /// <summary>Which partitions are on their way to other silos, as their owners say. A silo that does not answer is left out of the list.</summary>
    /// <exception cref="CacheUnavailableException">The grid cannot be reached.</exception>
    ValueTask<IReadOnlyList<SiloMoves>> GetMovesAsync(CancellationToken cancellationToken = default);

    /// <summary>The keys that are hot, as their owners say; the most read come first. A silo that does not answer is left out.</summary>
    /// <exception cref="CacheUnavailableException">The grid cannot be reached.</exception>
    ValueTask<IReadOnlyList<HotKeyStatus>> GetHotKeysAsync(CancellationToken cancellationToken = default);

    /// <summary>Makes a key hot, however often it is read, until <see cref="UnpinHotKeyAsync"/>. Silos remember it as long as one of them runs.</summary>
    /// <param name="cache">A cache that has hot keys (<see cref="CacheOptions.HotKeys"/>).</param>
    /// <param name="key">The key; it need not have an entry. At most 64 keys of a cache are pinned.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <exception cref="CacheRequestException">The grid has no such cache, it has no hot keys, too many are pinned, or the key is empty or too long.</exception>
    /// <exception cref="CacheUnavailableException">No silo can be reached.</exception>
    ValueTask PinHotKeyAsync(string cache, CacheKey key, CancellationToken cancellationToken = default);

    /// <summary>Leaves it to a key's reads again whether it is hot. Nothing happens to a key that is not pinned.</summary>
    /// <inheritdoc cref="PinHotKeyAsync"/>
    ValueTask UnpinHotKeyAsync(string cache, CacheKey key, CancellationToken cancellationToken = default);
}
