using System.Runtime.CompilerServices;
using Orleans.Cache.Client.Lanes;

namespace Orleans.Cache.Client.Routing;

/// <summary>
/// Single reads that any copy may answer. A copy that is too old, or does not hold the partition any more, sends them to the owner; one that
/// does not answer in the time that all but few of its answers take, to the next copy. Safe for any number of threads.
/// </summary>
internal sealed class AnyReads(OperationRouter router, Owners owners, CopyChoice choice, LaneSet lanes, TimeProvider time, LocalShards? local)
{
    /// <summary>As many copies as a partition may have.</summary>
    private const int MostTries = 4;

    /// <summary>Reads one key.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<OperationResult> ExecuteAsync(NamedCache cache, Operation operation, long deadline, CancellationToken cancellationToken)
    {
        var prefersOwner = false;
        for (var tries = 0; tries < MostTries; tries++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var snapshot = owners.Current;
            if (!cache.IsIn(snapshot) || choice.IndexOf(cache, operation, snapshot, prefersOwner) is not (>= 0 and var index))
            {
                break;
            }

            var node = snapshot.Nodes[index];
            try
            {
                var result = owners.IsHere(node)
                    ? await ReadHereAsync(cache, operation).ConfigureAwait(false)
                    : await ReadThereAsync(node, cache, operation, deadline, cancellationToken).ConfigureAwait(false);
                if (!LocalShards.MustTryAgain(result.Result.Status))
                {
                    return result;
                }

                if (prefersOwner)
                {
                    break;
                }

                prefersOwner = true;
            }
            catch (CacheUnavailableException) when (time.GetTimestamp() < deadline && lanes.Budget.TrySpend())
            {
                node.NoteSilence();
                lanes.Metrics.OnHedged(node.LaneOf(cache));
            }
        }

        return await router.ExecuteAloneAsync(cache, operation, deadline, failure: null, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<OperationResult> ReadHereAsync(NamedCache cache, Operation operation)
    {
        local!.TryExecute(cache.Name, operation, out var result, out var wait);
        return wait is null ? result : await LocalShards.SettleAsync(wait, result).ConfigureAwait(false);
    }

    private ValueTask<OperationResult> ReadThereAsync(RoutedNode node, NamedCache cache, in Operation operation, long deadline, CancellationToken cancellationToken)
    {
        var lane = node.LaneOf(cache);
        return SingleCall.Execute(router, lane, operation with { IsOneTry = true }, Math.Min(deadline, lane.PatientUntil()), cancellationToken);
    }
}
