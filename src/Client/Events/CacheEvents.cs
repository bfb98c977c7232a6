using System.Runtime.CompilerServices;
using Orleans.Cache.Client.Routing;

namespace Orleans.Cache.Client.Events;

/// <summary>The events of one cache. Safe for any number of threads.</summary>
internal sealed class CacheEvents(NamedCache cache, EventStreams streams) : ICacheEvents
{
    private const int MostBuffered = 10_000_000;

    public async IAsyncEnumerable<CacheEvent> ReadAsync(
        CacheEventFilter? filter = null, CacheEventReadOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var reader = await OpenAsync(filter, options, cancellationToken).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            while (true)
            {
                yield return await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }

    public async ValueTask<ICacheEventReader> OpenAsync(
        CacheEventFilter? filter = null, CacheEventReadOptions? options = null, CancellationToken cancellationToken = default)
    {
        if (options?.BufferedEvents is < 1 or > MostBuffered)
        {
            throw new ArgumentOutOfRangeException(nameof(options), options.BufferedEvents, $"BufferedEvents must be 1 to {MostBuffered}.");
        }

        foreach (var kind in filter?.Kinds ?? [])
        {
            if (!Enum.IsDefined(kind))
            {
                throw new ArgumentOutOfRangeException(nameof(filter), kind, "There is no such kind of event. Use the members of CacheEventKind.");
            }
        }

        var reader = new EventReader(streams, cache.Name, filter, options);
        await streams.OpenAsync(cache, reader, cancellationToken).ConfigureAwait(false);
        return reader;
    }
}
