using System.Buffers;
using System.Runtime.CompilerServices;
using Orleans.Cache.Client.Loading;
using Orleans.Cache.Client.Near;
using Orleans.Cache.Client.Routing;
using Orleans.Cache.Engine.Memory;
using Orleans.Cache.Engine.Replication;

namespace Orleans.Cache.Client.Caching;

/// <summary>A named cache: turns calls into operations and results into what callers see. Safe for any number of threads.</summary>
internal sealed partial class CacheClient(
    NamedCache cache,
    OperationRouter router,
    Sessions sessions,
    ITopologySource topology,
    ICacheSerializer serializer,
    NearCache near,
    CacheLoader loader,
    ICacheEvents events,
    CacheCallOptions asked = default) : ICache
{
    public string Name => cache.Name;

    public ICacheEvents Events => events;

    private CacheReadLevel Level => asked.ReadLevel ?? cache.ReadLevel;

    /// <summary>
    /// As <see cref="Level"/>, as it stands in an operation: copies of hot keys may answer where near copies might, and this process keeps none.
    /// </summary>
    private ReadLevel SpreadLevel => cache.HotCopies > 0 && asked.ReadLevel is null && Session is null ? ReadLevel.Hot : (ReadLevel)Level;

    private CacheSession? Session => asked.Session ?? Sessions.Current;

    /// <summary>
    /// Whether reads may be answered by near copies: a call that names a level is for the grid, and what a session has seen is known of the
    /// grid's copies only.
    /// </summary>
    private bool IsNear => near.IsOn && asked.ReadLevel is null && Session is null;

    public ICache WithOptions(CacheCallOptions options)
    {
        if (options.ReadLevel is { } level && !Enum.IsDefined(level))
        {
            throw new ArgumentOutOfRangeException(nameof(options), level, "There is no such read level. Use Owner or Any.");
        }

        if (options.WriteConcern is { } concern && !Enum.IsDefined(concern))
        {
            throw new ArgumentOutOfRangeException(nameof(options), concern, "There is no such write concern. Use Owner, Replicated or Majority.");
        }

        return new CacheClient(cache, router, sessions, topology, serializer, near, loader, events, options with
        {
            ReadLevel = options.ReadLevel ?? asked.ReadLevel,
            WriteConcern = options.WriteConcern ?? asked.WriteConcern,
            Session = options.Session ?? asked.Session,
        });
    }

    public ValueTask<CacheEntry> TryGetAsync(CacheKey key, CancellationToken cancellationToken = default)
    {
        if (IsNear)
        {
            return near.Find(key, out var now, out var fill) is { } copy ? new(copy.Read(now)) : GetFarAsync(key, fill, cancellationToken);
        }

        if (!cancellationToken.IsCancellationRequested && Session is null && router.TryReadHere(cache, key, Level, out var entry))
        {
            return ValueTask.FromResult(entry);
        }

        var result = ExecuteAsync(OperationFactory.Get(key, router.Limits, router.MaxWholeValueBytes, SpreadLevel), cancellationToken);
        return result.IsCompletedSuccessfully ? ValueTask.FromResult(OperationOutcome.ToEntry(result.Result)) : WaitAsync(result);

        [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
        static async ValueTask<CacheEntry> WaitAsync(ValueTask<OperationResult> result) =>
            OperationOutcome.ToEntry(await result.ConfigureAwait(false));
    }

    public ValueTask<ReadOnlyMemory<byte>?> GetAsync(CacheKey key, CancellationToken cancellationToken = default)
    {
        if (IsNear)
        {
            return near.Find(key, out _, out var fill) is { } copy ? new(copy.Value) : WaitAsync(GetFarAsync(key, fill, cancellationToken));
        }

        var entry = TryGetAsync(key, cancellationToken);
        return entry.IsCompletedSuccessfully ? ValueTask.FromResult(ValueOf(entry.Result)) : WaitAsync(entry);

        // A plain null would become an empty memory: byte arrays convert to it.
        static ReadOnlyMemory<byte>? ValueOf(in CacheEntry entry) => entry.Found ? entry.Value : (ReadOnlyMemory<byte>?)null;

        [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
        static async ValueTask<ReadOnlyMemory<byte>?> WaitAsync(ValueTask<CacheEntry> entry) => ValueOf(await entry.ConfigureAwait(false));
    }

    public async ValueTask<IMemoryOwner<byte>?> GetPooledAsync(CacheKey key, CancellationToken cancellationToken = default)
    {
        if (IsNear && near.Find(key, out _, out _) is { } copy)
        {
            return new PooledValue(PooledValue.Rent(copy.Value.Span));
        }

        var operation = OperationFactory.Get(key, router.Limits, router.MaxWholeValueBytes, SpreadLevel) with { IsPooled = true };
        var result = await ExecuteAsync(operation, cancellationToken).ConfigureAwait(false);
        return OperationOutcome.ToEntry(result).Found ? new PooledValue(result.Value) : null;
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

    public ValueTask<CacheWriteResult> SetAsync(
        CacheKey key, ReadOnlyMemory<byte> value, CacheSetOptions options = default, CancellationToken cancellationToken = default)
    {
        var result = WriteAsync(OperationFactory.Set(key, value, options, router.Limits, asked.WriteConcern), cancellationToken);
        return result.IsCompletedSuccessfully ? ValueTask.FromResult(OperationOutcome.ToWriteResult(result.Result)) : WaitAsync(result);

        [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
        static async ValueTask<CacheWriteResult> WaitAsync(ValueTask<OperationResult> result) =>
            OperationOutcome.ToWriteResult(await result.ConfigureAwait(false));
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
        using var call = new BatchCall(items.Count);
        for (var index = 0; index < call.Count; index++)
        {
            if (index + CacheKey.PrefetchAhead < call.Count)
            {
                items[index + CacheKey.PrefetchAhead].Key.Prefetch();
            }

            var item = items[index];
            call.Operations[index] = OperationFactory.Set(item.Key, item.Value, item.Options, limits, asked.WriteConcern);
        }

        await WriteAsync(call, limits, cancellationToken).ConfigureAwait(false);
        var results = new CacheWriteResult[call.Count];
        for (var index = 0; index < results.Length; index++)
        {
            results[index] = OperationOutcome.ToWriteResult(call.Results[index]);
        }

        return results;
    }

    public async ValueTask<bool> RemoveAsync(CacheKey key, CancellationToken cancellationToken = default)
    {
        var result = await WriteAsync(OperationFactory.Remove(key, router.Limits, asked.WriteConcern), cancellationToken).ConfigureAwait(false);
        return OperationOutcome.WasThere(result);
    }

    public async ValueTask<int> RemoveManyAsync(IReadOnlyList<CacheKey> keys, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(keys);
        var limits = router.Limits;
        using var call = new BatchCall(keys.Count);
        for (var index = 0; index < call.Count; index++)
        {
            call.Operations[index] = OperationFactory.Remove(keys[index], limits, asked.WriteConcern);
        }

        await WriteAsync(call, limits, cancellationToken).ConfigureAwait(false);
        var removed = 0;
        foreach (ref readonly var result in call.Results)
        {
            removed += OperationOutcome.WasThere(result) ? 1 : 0;
        }

        return removed;
    }

    public ValueTask RemoveByTagAsync(string tag, CancellationToken cancellationToken = default) => RemoveByTagAsync([tag], cancellationToken);

    public async ValueTask RemoveByTagAsync(IReadOnlyList<string> tags, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(tags);
        if (tags.Count == 0)
        {
            throw new ArgumentException("There are no tags. Name at least one, or '*' for all entries.", nameof(tags));
        }

        var snapshot = await topology.ConnectAsync(cancellationToken).ConfigureAwait(false);
        var section = tags.Contains(TagList.Everything, StringComparer.Ordinal) ? [] : TagList.Before(tags, []);
        var keys = PartitionKeys.Of(snapshot.Map.PartitionCount);
        try
        {
            foreach (var part in keys.Chunk(snapshot.Limits.MaxBatchOperations))
            {
                await RemoveTagsAsync(part, section, snapshot.Limits, cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            near.ForgetTagged(all: section.Length == 0);
            cache.Hot.OnWriteOfAll();
        }
    }

    public async ValueTask<bool> TouchAsync(CacheKey key, TimeSpan timeToLive, CancellationToken cancellationToken = default)
    {
        var operation = OperationFactory.Touch(key, timeToLive, router.Limits, asked.WriteConcern);
        var result = await WriteAsync(operation, cancellationToken).ConfigureAwait(false);
        return OperationOutcome.WasThere(result);
    }

    public async ValueTask<long> IncrementAsync(
        CacheKey key, long by = 1, CacheSetOptions options = default, CancellationToken cancellationToken = default)
    {
        if (options.Condition != CacheCondition.None)
        {
            throw new ArgumentException("An increment takes no condition. Leave Condition unset, or read and set with IfVersion.", nameof(options));
        }

        var operation = OperationFactory.Increment(key, by, options, router.Limits, asked.WriteConcern);
        var result = await WriteAsync(operation, cancellationToken).ConfigureAwait(false);
        return OperationOutcome.ToNumber(result);
    }

    public ValueTask<T> GetOrSetAsync<T>(
        CacheKey key,
        Func<CacheLoadContext, CancellationToken, ValueTask<T>> factory,
        CacheLoadOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(factory);
        return loader.GetOrSetAsync(key, factory, loader.SettingsOf(options), asked.WriteConcern, SessionReads(), cancellationToken);
    }

    public ValueTask<T> GetOrSetAsync<T>(
        CacheKey key, Func<CancellationToken, ValueTask<T>> factory, TimeSpan? timeToLive = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(factory);
        return loader.GetOrSetAsync(key, (_, cancelled) => factory(cancelled), loader.SettingsOf(timeToLive), asked.WriteConcern, SessionReads(), cancellationToken);
    }

    public async ValueTask<CacheEntryLocation> LocateAsync(CacheKey key, CancellationToken cancellationToken = default)
    {
        var result = await ExecuteAsync(OperationFactory.Peek(key, router.Limits), cancellationToken).ConfigureAwait(false);
        return OperationOutcome.ToLocation(key, result, topology.Current.Map);
    }

    /// <summary>Reads a key that has no near copy, and keeps one.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<CacheEntry> GetFarAsync(CacheKey key, NearFill fill, CancellationToken cancellationToken)
    {
        // What is in this process needs no copy. What any copy answers may be stale already, and would be kept so.
        if (cancellationToken.IsCancellationRequested || !router.TryReadHere(cache, key, CacheReadLevel.Owner, out var entry))
        {
            var operation = OperationFactory.Get(key, router.Limits, router.MaxWholeValueBytes);
            entry = OperationOutcome.ToEntry(await ExecuteAsync(operation, cancellationToken).ConfigureAwait(false));
            near.Keep(fill, key, entry);
        }

        return entry;
    }

    private async ValueTask RemoveTagsAsync(CacheKey[] partitions, byte[] section, CacheLimits limits, CancellationToken cancellationToken)
    {
        using var call = new BatchCall(partitions.Length);
        for (var index = 0; index < call.Count; index++)
        {
            call.Operations[index] = OperationFactory.RemoveTags(partitions[index], section, limits, asked.WriteConcern);
        }

        await ExecuteAsync(call, limits, cancellationToken).ConfigureAwait(false);
        foreach (ref readonly var result in call.Results)
        {
            _ = OperationOutcome.WasThere(result);
        }
    }

    /// <summary>Executes a write. This process reads no near copy from before it afterwards, whatever comes of it.</summary>
    private ValueTask<OperationResult> WriteAsync(in Operation operation, CancellationToken cancellationToken)
    {
        var result = ExecuteAsync(operation, cancellationToken);
        return near.IsOn || cache.HotCopies > 0 ? ForgetAsync(near, cache, result, operation) : result;

        [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
        static async ValueTask<OperationResult> ForgetAsync(NearCache near, NamedCache cache, ValueTask<OperationResult> result, Operation operation)
        {
            try
            {
                return await result.ConfigureAwait(false);
            }
            finally
            {
                cache.Hot.OnWrite(operation);
                near.Forget(operation.Key);
            }
        }
    }

    private async ValueTask WriteAsync(BatchCall call, CacheLimits limits, CancellationToken cancellationToken)
    {
        try
        {
            await ExecuteAsync(call, limits, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            for (var index = 0; (near.IsOn || cache.HotCopies > 0) && index < call.Count; index++)
            {
                cache.Hot.OnWrite(call.Operations[index]);
                near.Forget(call.Operations[index].Key);
            }
        }
    }

    /// <summary>What executes reads for the session; <see langword="null"/> where there is none.</summary>
    private Func<Operation, CancellationToken, ValueTask<OperationResult>>? SessionReads()
    {
        return Session is { } session ? In(session) : null;

        // Apart, so that calls without a session make no closure.
        Func<Operation, CancellationToken, ValueTask<OperationResult>> In(CacheSession session) =>
            (operation, cancellationToken) => sessions.ExecuteAsync(cache, operation, session, cancellationToken);
    }

    private ValueTask<OperationResult> ExecuteAsync(in Operation operation, CancellationToken cancellationToken) =>
        Session is { } session ? sessions.ExecuteAsync(cache, operation, session, cancellationToken) : router.ExecuteAsync(cache, operation, cancellationToken);

    private ValueTask ExecuteAsync(in BatchCall call, CacheLimits limits, CancellationToken cancellationToken)
    {
        OperationFactory.CheckBatch(call.Operations, limits);
        return Session is { } session ? sessions.ExecuteAsync(cache, call, session, cancellationToken) : router.ExecuteAsync(cache, call, cancellationToken);
    }
}
