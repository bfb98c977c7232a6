using Orleans.Cache.Client.Routing;
using Orleans.Cache.Engine.Batches;
using OperationStatus = Orleans.Cache.Engine.Batches.OperationStatus;

namespace Orleans.Cache.Client.Near;

/// <summary>
/// Tells the owners of sliding entries that these were read near, so that they live on: in the background, those of one silo together. Safe for any number of threads.
/// </summary>
/// <remarks>A renewal is a read that leaves the value where it is. What it says of the entry prolongs the copy too, if that is of the same version.</remarks>
internal sealed class NearRenewals(NamedCache cache, NearClock clock, Func<OperationRouter> router)
{
    /// <summary>So many in one call: they wait for one another.</summary>
    private const int Most = 512;

    private long _count;

    /// <summary>How many entries owners were told of.</summary>
    public long Count => Volatile.Read(ref _count);

    /// <summary>Renews entries, of which none is being renewed.</summary>
    /// <param name="copies">Their copies.</param>
    /// <param name="longest">For how long copies are read at most, in milliseconds.</param>
    public void Begin(List<NearEntry> copies, long longest)
    {
        foreach (var part in copies.Chunk(Math.Min(Most, router().Limits.MaxBatchOperations)))
        {
            _ = RenewAsync(part, longest);
        }
    }

    private async Task RenewAsync(NearEntry[] copies, long longest)
    {
        var operations = router();
        using var call = new BatchCall(copies.Length);
        for (var index = 0; index < copies.Length; index++)
        {
            // From here on reads count for the next renewal.
            copies[index].BeginRenewal();
            call.Operations[index] = OperationFactory.Renew(copies[index].WholeKey, operations.Limits);
        }

        var sentAt = clock.Now;
        try
        {
            await operations.ExecuteAsync(cache, call, CancellationToken.None).ConfigureAwait(false);
        }
        catch (CacheException)
        {
            // Begun again at the next sweep. Until then the copies are read as long as their entries are sure to live.
            foreach (var copy in copies)
            {
                copy.AbandonRenewal(sentAt);
            }

            return;
        }

        for (var index = 0; index < copies.Length; index++)
        {
            // Of another version is another entry: its change is on its way, and does away with the copy.
            var said = call.Results[index].Result;
            if (said.Status is OperationStatus.Done or OperationStatus.Chunked && said.Version == copies[index].Version)
            {
                copies[index].Live(sentAt, said.Number == ShardOperation.Forever ? long.MaxValue : said.Number, longest);
            }
        }

        Interlocked.Add(ref _count, copies.Length);
    }
}
