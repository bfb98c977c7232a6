using Orleans.Cache.Client.Routing;
using Orleans.Cache.Engine.Memory;

namespace Orleans.Cache.Client.Caching;

/// <summary>A named cache: turns calls into operations and results into what callers see. Safe for any number of threads.</summary>
internal sealed class CacheClient(NamedCache cache, OperationRouter router, ITopologySource topology, ICacheSerializer serializer) : ICache
{
    public string Name => cache.Name;

    public async ValueTask<CacheEntry> TryGetAsync(CacheKey key, CancellationToken cancellationToken = default)
    {
        var result = await ExecuteAsync(OperationFactory.Get(key, router.Limits), cancellationToken).ConfigureAwait(false);
        return OperationOutcome.ToEntry(result);
    }

    public async ValueTask<ReadOnlyMemory<byte>?> GetAsync(CacheKey key, CancellationToken cancellationToken = default)
    {
        var entry = await TryGetAsync(key, cancellationToken).ConfigureAwait(false);

        // A plain null would become an empty memory: byte arrays convert to it.
        return entry.Found ? entry.Value : (ReadOnlyMemory<byte>?)null;
    }

    public async ValueTask<CacheEntry<T>> TryGetAsync<T>(CacheKey key, CancellationToken cancellationToken = default)
    {
        var entry = await TryGetAsync(key, cancellationToken).ConfigureAwait(false);
        return new CacheEntry<T>
        {
            Found = entry.Found,
            Value = entry.Found ? TypedValue.Read<T>(entry.Value, serializer) : default,
            Version = entry.Version,
            TimeToLive = entry.TimeToLive,
        };
    }

    public async ValueTask<T?> GetAsync<T>(CacheKey key, CancellationToken cancellationToken = default)
    {
        var entry = await TryGetAsync<T>(key, cancellationToken).ConfigureAwait(false);
        return entry.Value;
    }

    public async ValueTask<CacheEntry[]> GetManyAsync(IReadOnlyList<CacheKey> keys, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(keys);
        var limits = router.Limits;
        var results = await ExecuteAsync([.. keys.Select(key => OperationFactory.Get(key, limits))], limits, cancellationToken)
            .ConfigureAwait(false);
        return Array.ConvertAll(results, OperationOutcome.ToEntry);
    }

    public async ValueTask<CacheWriteResult> SetAsync(
        CacheKey key, ReadOnlyMemory<byte> value, CacheSetOptions options = default, CancellationToken cancellationToken = default)
    {
        var operation = OperationFactory.Set(key, value, options, router.Limits);
        var result = await ExecuteAsync(operation, cancellationToken).ConfigureAwait(false);
        return OperationOutcome.ToWriteResult(result);
    }

    public async ValueTask<CacheWriteResult> SetAsync<T>(
        CacheKey key, T value, CacheSetOptions options = default, CancellationToken cancellationToken = default)
    {
        if (TypedValue.TryGetBytes(value, out var raw))
        {
            return await SetAsync(key, raw, options, cancellationToken).ConfigureAwait(false);
        }

        using var buffer = new ValueBuffer();
        serializer.Serialize(value, buffer);
        return await SetAsync(key, buffer.Whole, options, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<CacheWriteResult[]> SetManyAsync(
        IReadOnlyList<CacheSetItem> items, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(items);
        var limits = router.Limits;
        Operation[] operations = [.. items.Select(item => OperationFactory.Set(item.Key, item.Value, item.Options, limits))];
        var results = await ExecuteAsync(operations, limits, cancellationToken).ConfigureAwait(false);
        return Array.ConvertAll(results, OperationOutcome.ToWriteResult);
    }

    public async ValueTask<bool> RemoveAsync(CacheKey key, CancellationToken cancellationToken = default)
    {
        var result = await ExecuteAsync(OperationFactory.Remove(key, router.Limits), cancellationToken).ConfigureAwait(false);
        return OperationOutcome.WasThere(result);
    }

    public async ValueTask<int> RemoveManyAsync(IReadOnlyList<CacheKey> keys, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(keys);
        var limits = router.Limits;
        var results = await ExecuteAsync([.. keys.Select(key => OperationFactory.Remove(key, limits))], limits, cancellationToken)
            .ConfigureAwait(false);
        return results.Count(OperationOutcome.WasThere);
    }

    public async ValueTask<bool> TouchAsync(CacheKey key, TimeSpan timeToLive, CancellationToken cancellationToken = default)
    {
        var operation = OperationFactory.Touch(key, timeToLive, router.Limits);
        var result = await ExecuteAsync(operation, cancellationToken).ConfigureAwait(false);
        return OperationOutcome.WasThere(result);
    }

    public async ValueTask<long> IncrementAsync(
        CacheKey key, long by = 1, CacheSetOptions options = default, CancellationToken cancellationToken = default)
    {
        if (options.Condition != CacheCondition.None)
        {
            throw new ArgumentException("An increment takes no condition. Leave Condition unset, or read and set with IfVersion.", nameof(options));
        }

        var operation = OperationFactory.Increment(key, by, options, router.Limits);
        var result = await ExecuteAsync(operation, cancellationToken).ConfigureAwait(false);
        return OperationOutcome.ToNumber(result);
    }

    public async ValueTask<CacheEntryLocation> LocateAsync(CacheKey key, CancellationToken cancellationToken = default)
    {
        var result = await ExecuteAsync(OperationFactory.Peek(key, router.Limits), cancellationToken).ConfigureAwait(false);
        return OperationOutcome.ToLocation(key, result, topology.Current.Map);
    }

    private ValueTask<OperationResult> ExecuteAsync(in Operation operation, CancellationToken cancellationToken) =>
        router.ExecuteAsync(cache, operation, cancellationToken);

    private ValueTask<OperationResult[]> ExecuteAsync(Operation[] operations, CacheLimits limits, CancellationToken cancellationToken)
    {
        OperationFactory.CheckBatch(operations, limits);
        return router.ExecuteAsync(cache, operations, cancellationToken);
    }
}
