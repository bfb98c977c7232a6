using System.Runtime.CompilerServices;
using Orleans.Cache.Client.Lanes;
using Orleans.Cache.Client.Routing;
using Orleans.Cache.Engine.Batches;
using Orleans.Cache.Engine.Replication;
using OperationStatus = Orleans.Cache.Engine.Batches.OperationStatus;

namespace Orleans.Cache.Client.HotKeys;

/// <summary>Single reads of hot keys: spread over the owner and the silos that have copies. Safe for any number of threads.</summary>
/// <remarks>
/// 1. A copy in this process answers first.
/// 2. Else of two silos, drawn at random, that with less under way from here (the power of two choices: Mitzenmacher, 2001). Those that had no
///    copy just now, or gave no answer, are not drawn.
/// 3. What a copy cannot answer, or answers with less than this process has seen, the owner is asked.
/// </remarks>
internal sealed class HotReads(OperationRouter router, Owners owners, LaneSet lanes, TimeProvider time, HotCopies? copies)
{
    /// <summary>Reads one key.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<OperationResult> ExecuteAsync(NamedCache cache, Operation operation, HotEntry entry, long deadline, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var silos = entry.SilosIn(owners.Current, cache.HotCopies, out var owner);
        if (owner is null || owners.IsHere(owner))
        {
            return await ReadOwnerAsync(cache, operation, cancellationToken).ConfigureAwait(false);
        }

        if (copies is not null && copies.TryRead(cache.Name, operation, entry.Version, out var here))
        {
            return here;
        }

        if (Choose(cache, silos, owner) is { } silo)
        {
            var lane = silo.Node.LaneOf(cache);
            try
            {
                var result = await SingleCall.Execute(router, lane, operation with { IsOneTry = true }, Math.Min(deadline, lane.PatientUntil()), cancellationToken).ConfigureAwait(false);
                if (IsGood(result.Result, entry))
                {
                    silo.OnAnswer();
                    return result;
                }

                if (operation.IsPooled)
                {
                    PooledValue.GiveBack(result.Value);
                }

                silo.OnMiss(time.GetTimestamp(), time.TimestampFrequency);
            }
            catch (CacheUnavailableException) when (time.GetTimestamp() < deadline && lanes.Budget.TrySpend())
            {
                silo.Node.NoteSilence();
                lanes.Metrics.OnHedged(lane);
            }
        }

        return await ReadOwnerAsync(cache, operation, cancellationToken).ConfigureAwait(false);
    }

    private ValueTask<OperationResult> ReadOwnerAsync(NamedCache cache, in Operation operation, CancellationToken cancellationToken) =>
        router.ExecuteAsync(cache, operation with { Header = operation.Header with { Level = ReadLevel.Owner } }, cancellationToken);

    /// <summary>The silo to ask; <see langword="null"/> for the owner.</summary>
    private HotSilo? Choose(NamedCache cache, HotSilo[] silos, RoutedNode owner)
    {
        // Of all that may be drawn, two different ones; the owner always may. It stands behind the others.
        var now = time.GetTimestamp();
        var first = Draw(silos, now, except: -1);
        var second = Draw(silos, now, except: first);
        if (second < 0)
        {
            return first == silos.Length ? null : silos[first];
        }

        var chosen = UnderWay(second) < UnderWay(first) ? second : first;
        return chosen == silos.Length ? null : silos[chosen];

        int UnderWay(int silo) => (silo == silos.Length ? owner : silos[silo].Node).LaneOf(cache).Outstanding;
    }

    /// <summary>Draws one that may be asked, or the owner; -1 if there is no other than that excepted.</summary>
    private int Draw(HotSilo[] silos, long now, int except)
    {
        var start = Random.Shared.Next(silos.Length + 1);
        for (var turn = 0; turn <= silos.Length; turn++)
        {
            var index = (start + turn) % (silos.Length + 1);
            if (index != except && (index == silos.Length || (silos[index].IsOpen(now) && !owners.IsHere(silos[index].Node))))
            {
                return index;
            }
        }

        return -1;
    }

    private static bool IsGood(in ShardResult result, HotEntry entry) => result.Status switch
    {
        OperationStatus.Done => !result.IsCopy || result.Version >= entry.Version,

        // It owns the key by now.
        OperationStatus.NotFound or OperationStatus.Chunked => true,
        _ => false,
    };
}
