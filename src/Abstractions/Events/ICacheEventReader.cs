namespace Orleans.Cache;

/// <summary>Somebody who listens to a cache's events, until it is disposed of. For one reading caller at a time.</summary>
public interface ICacheEventReader : IAsyncDisposable
{
    /// <summary>Takes the next event, once there is one.</summary>
    /// <param name="cancellationToken">Ends the wait; no event is lost by that.</param>
    /// <exception cref="ObjectDisposedException">The reader was disposed of.</exception>
    ValueTask<CacheEvent> ReadAsync(CancellationToken cancellationToken = default);
}
