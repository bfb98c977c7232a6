namespace Orleans.Cache;

/// <summary>What calls ask of the grid: see <see cref="ICache.WithOptions"/>. The default value takes everything from the cache's own settings.</summary>
public readonly record struct CacheCallOptions
{
    /// <summary>Which copy may answer a read.</summary>
    /// <value>Default: <see cref="CacheOptions.ReadLevel"/>.</value>
    public CacheReadLevel? ReadLevel { get; init; }

    /// <summary>How many copies have a write before it is acknowledged; <see cref="CacheSetOptions.WriteConcern"/> goes before it.</summary>
    /// <value>Default: <see cref="CacheOptions.WriteConcern"/>.</value>
    public CacheWriteConcern? WriteConcern { get; init; }

    /// <summary>The session that the calls belong to: reads see at least what it has seen.</summary>
    /// <value>Default: the one that <see cref="ICacheGrid.StartSession"/> has begun around the call, if any.</value>
    public CacheSession? Session { get; init; }
}
