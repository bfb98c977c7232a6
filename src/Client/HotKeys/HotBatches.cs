using Orleans.Cache.Client.Routing;
using Orleans.Cache.Engine.Replication;

namespace Orleans.Cache.Client.HotKeys;

/// <summary>Reads of several keys of which some are hot: those are spread as single reads are, the others go to their owners. Safe for any number of threads.</summary>
/// <remarks>
/// A hot key leaves the batch and is read by <see cref="HotReads"/>, which knows what to do when a copy cannot answer. That costs hardly a message more: what
/// goes to a silo at the same time goes together. There are few hot keys (<see cref="HotEntries.Most"/>).
/// </remarks>
internal sealed class HotBatches(OperationRouter router, TimeProvider time)
{
    /// <summary>Executes the reads of one call.</summary>
    public ValueTask ExecuteAsync(NamedCache cache, BatchCall call, CancellationToken cancellationToken) =>
        Find(cache, call) is { Count: > 0 } hot ? SpreadAsync(cache, call, hot, cancellationToken) : router.ExecuteAsync(cache, call, cancellationToken);

    private async ValueTask SpreadAsync(NamedCache cache, BatchCall call, List<int> hot, CancellationToken cancellationToken)
    {
        var reads = Task.WhenAll(hot.ConvertAll(position => ReadAsync(cache, call.Operations[position], cancellationToken)));
        using var others = new BatchCall(call.Count - hot.Count);
        Copy(call, hot, others, isBack: false);

        // All have ended before the caller has its arrays back, also when one fails.
        await Task.WhenAll(reads, ReadOthersAsync(cache, others, cancellationToken)).ConfigureAwait(false);
        Copy(call, hot, others, isBack: true);
        var results = await reads.ConfigureAwait(false);
        for (var index = 0; index < results.Length; index++)
        {
            call.Results[hot[index]] = results[index];
        }
    }

    private async Task<OperationResult> ReadAsync(NamedCache cache, Operation operation, CancellationToken cancellationToken) =>
        await router.ExecuteAsync(cache, operation with { Header = operation.Header with { Level = ReadLevel.Hot } }, cancellationToken).ConfigureAwait(false);

    private async Task ReadOthersAsync(NamedCache cache, BatchCall others, CancellationToken cancellationToken)
    {
        if (others.Count > 0)
        {
            await router.ExecuteAsync(cache, others, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The positions of keys that are known to be hot, ascending.</summary>
    private List<int>? Find(NamedCache cache, in BatchCall call)
    {
        List<int>? hot = null;
        for (var position = 0; position < call.Count && !cache.Hot.IsEmpty; position++)
        {
            if (cache.Hot.Find(call.Operations[position], time) is not null)
            {
                (hot ??= []).Add(position);
            }
        }

        return hot;
    }

    /// <summary>Copies the operations of the others out of the call, or their results back into it.</summary>
    private static void Copy(in BatchCall call, List<int> hot, in BatchCall others, bool isBack)
    {
        var passed = 0;
        for (var position = 0; position < call.Count; position++)
        {
            if (passed < hot.Count && hot[passed] == position)
            {
                passed++;
            }
            else if (isBack)
            {
                call.Results[position] = others.Results[position - passed];
            }
            else
            {
                others.Operations[position - passed] = call.Operations[position];
            }
        }
    }
}
