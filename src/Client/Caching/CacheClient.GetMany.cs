using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Orleans.Cache.Client.Near;
using Orleans.Cache.Client.Routing;
using Orleans.Cache.Engine.Replication;

namespace Orleans.Cache.Client.Caching;

/// <content>Reads of several keys.</content>
internal sealed partial class CacheClient
{
    public async ValueTask<CacheEntry[]> GetManyAsync(IReadOnlyList<CacheKey> keys, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(keys);
        var entries = new CacheEntry[keys.Count];
        await GetManyAsync(keys, entries, cancellationToken).ConfigureAwait(false);
        return entries;
    }

    public ValueTask<int> GetManyAsync(IReadOnlyList<CacheKey> keys, Memory<CacheEntry> entries, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(keys);
        if (entries.Length < keys.Count)
        {
            throw new ArgumentException($"There is room for {entries.Length} entries, and {keys.Count} keys. Give room for one entry to each key.", nameof(entries));
        }

        if (IsNear)
        {
            return GetManyNearAsync(keys, entries, cancellationToken);
        }

        // Whoever hosts the entries reads them here and now.
        var left = keys.Count;
        var span = SpanOf(keys);
        var positions = span.Length == left && !cancellationToken.IsCancellationRequested && Session is null ? router.ReadHere(cache, span, Level, entries.Span, out left) : null;
        if (positions is null || left > 0)
        {
            return GetLeftAsync(keys, positions, left, entries, cancellationToken);
        }

        ArrayPool<int>.Shared.Return(positions);
        return ValueTask.FromResult(CountFound(entries.Span[..keys.Count]));
    }

    private static int CountFound(ReadOnlySpan<CacheEntry> entries)
    {
        var found = 0;
        foreach (ref readonly var entry in entries)
        {
            found += entry.Found ? 1 : 0;
        }

        return found;
    }

    /// <summary>Reads the keys at some positions, or all where there are none, and counts what is found at all of them.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> GetLeftAsync(
        IReadOnlyList<CacheKey> keys, int[]? positions, int count, Memory<CacheEntry> entries, CancellationToken cancellationToken)
    {
        try
        {
            await GetAtAsync(keys, positions, count, entries, SpreadLevel, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (positions is not null)
            {
                ArrayPool<int>.Shared.Return(positions);
            }
        }

        return CountFound(entries.Span[..keys.Count]);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask GetAtAsync(
        IReadOnlyList<CacheKey> keys, int[]? positions, int count, Memory<CacheEntry> entries, ReadLevel level, CancellationToken cancellationToken)
    {
        var limits = router.Limits;
        var isSpread = level == ReadLevel.Hot;
        level = isSpread ? ReadLevel.Owner : level;
        using var call = new BatchCall(count);
        AddGets(call.Operations, keys, positions, limits, level);
        if (isSpread)
        {
            OperationFactory.CheckBatch(call.Operations, limits);
            await router.ExecuteSpreadAsync(cache, call, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            await ExecuteAsync(call, limits, cancellationToken).ConfigureAwait(false);
        }

        for (var index = 0; index < count; index++)
        {
            entries.Span[positions?[index] ?? index] = OperationOutcome.ToEntry(call.Results[index]);
        }
    }

    private void AddGets(Span<Operation> operations, IReadOnlyList<CacheKey> keys, int[]? positions, CacheLimits limits, ReadLevel level)
    {
        var span = SpanOf(keys);
        for (var index = 0; index < operations.Length; index++)
        {
            var ahead = index + CacheKey.PrefetchAhead;
            if (ahead < operations.Length && (positions?[ahead] ?? ahead) is var next && next < span.Length)
            {
                span[next].Prefetch();
            }

            var position = positions?[index] ?? index;
            operations[index] = OperationFactory.Get(position < span.Length ? span[position] : keys[position], limits, router.MaxWholeValueBytes, level);
        }
    }

    /// <summary>The keys as they lie in memory, which is quicker than to ask a list for each; empty where they lie elsewhere.</summary>
    private static ReadOnlySpan<CacheKey> SpanOf(IReadOnlyList<CacheKey> keys) => keys switch
    {
        CacheKey[] array => array,
        List<CacheKey> list => CollectionsMarshal.AsSpan(list),
        _ => default,
    };

    /// <summary>Reads keys from their near copies, and the others from the grid, of which it keeps copies.</summary>
    private async ValueTask<int> GetManyNearAsync(IReadOnlyList<CacheKey> keys, Memory<CacheEntry> entries, CancellationToken cancellationToken)
    {
        var positions = ArrayPool<int>.Shared.Rent(keys.Count);
        var fills = ArrayPool<NearFill>.Shared.Rent(keys.Count);
        try
        {
            var left = 0;
            for (var index = 0; index < keys.Count; index++)
            {
                if (near.Find(keys[index], out var now, out fills[left]) is { } copy)
                {
                    entries.Span[index] = copy.Read(now);
                }
                else
                {
                    positions[left++] = index;
                }
            }

            if (left > 0)
            {
                await GetAtAsync(keys, positions, left, entries, ReadLevel.Owner, cancellationToken).ConfigureAwait(false);
            }

            for (var index = 0; index < left; index++)
            {
                near.Keep(fills[index], keys[positions[index]], entries.Span[positions[index]]);
            }

            return CountFound(entries.Span[..keys.Count]);
        }
        finally
        {
            ArrayPool<int>.Shared.Return(positions);
            ArrayPool<NearFill>.Shared.Return(fills);
        }
    }
}
