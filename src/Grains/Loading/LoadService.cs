using Orleans.Cache.Contracts.Loading;
using Orleans.Cache.Engine.Batches;
using Orleans.Cache.Engine.Loading;
using Orleans.Cache.Engine.Memory;
using Orleans.Cache.Engine.Shards;

namespace Orleans.Cache.Grains.Loading;

/// <summary>Gives out the leases to load the values of the keys that this silo owns. Safe for any number of threads.</summary>
internal sealed class LoadService(ShardHost shards, TimeProvider time)
{
    private static readonly TimeSpan LongestHold = TimeSpan.FromSeconds(1);

    /// <summary>How long a lease is good without being renewed: so long others wait for a process that died. It is renewed four times in that. Default: 2 seconds.</summary>
    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Answers a process that loads a value, or wants to.</summary>
    public ValueTask<LoadReply> LoadAsync(LoadRequest request)
    {
        if (request.Key is not { Length: > 0 } key || key.Length > shards.Settings.Limits.MaxKeyBytes || !shards.TryFindCache(request.Cache, out var cache))
        {
            return ValueTask.FromResult(new LoadReply(LoadAnswer.Invalid, 0, 0, 0));
        }

        var loads = shards.StoreOf(cache).Loads;
        switch (request.Step)
        {
            case LoadStep.Ask:
                return AskAsync(loads, cache, request);
            case LoadStep.Renew:
                return ValueTask.FromResult(loads.Renew(key, request.Token, LeaseEnd()) ? Granted(request.Token) : new LoadReply(LoadAnswer.Lost, 0, 0, 0));
            default:
                loads.End(key, request.Token);
                return ValueTask.FromResult(Granted(LoadTable.NoToken));
        }
    }

    private async ValueTask<LoadReply> AskAsync(LoadTable loads, int cache, LoadRequest request)
    {
        var holdUntil = After(TimeSpan.FromMilliseconds(Math.Clamp(request.HoldMilliseconds, 0, LongestHold.TotalMilliseconds)));
        while (true)
        {
            var claim = loads.Claim(request.Key, time.GetTimestamp(), LeaseEnd());
            try
            {
                // After the claim: what was stored before it is seen here, and nothing is stored after it but under this lease.
                if (await PeekAsync(cache, request) is { } answer)
                {
                    loads.End(request.Key, claim.Token);
                    return new LoadReply(answer, 0, 0, 0);
                }

                switch (claim.Outcome)
                {
                    case LoadClaimOutcome.Granted:
                        return Granted(claim.Token);
                    case LoadClaimOutcome.Full:
                        return new LoadReply(LoadAnswer.Full, 0, 0, 0);
                }

                var left = time.GetElapsedTime(time.GetTimestamp(), Math.Min(holdUntil, claim.Until));
                if (claim.Changed is not { } changed || time.GetTimestamp() >= holdUntil)
                {
                    return new LoadReply(LoadAnswer.Held, 0, 0, 0);
                }

                if (left > TimeSpan.Zero)
                {
                    await changed.WaitAsync(left, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
                }
            }
            finally
            {
                if (claim.Lease is { } lease)
                {
                    loads.Leave(lease);
                }
            }
        }
    }

    /// <summary>Looks at the key's entry.</summary>
    /// <returns>What there is to say instead of a lease; <see langword="null"/> if there is no value, or only the one that the asker knows.</returns>
    private async ValueTask<LoadAnswer?> PeekAsync(int cache, LoadRequest request)
    {
        var results = new ShardResult[1];
        var peek = new ShardOperation { Kind = OperationKind.Peek, KeyLength = (ushort)request.Key.Length, IsLoad = true };
        using var values = new ValueBuffer();
        var wait = shards.Execute(cache, new ShardBatch([peek], request.Key, results, values, 0));
        if (wait is not null)
        {
            await wait.WaitAsync();
            wait.Settle(results);
            wait.Dispose();
        }

        var result = results[0];
        return result.Status switch
        {
            OperationStatus.NotFound => null,
            OperationStatus.Done => result.IsStale || result.Version == request.SeenVersion ? null : LoadAnswer.Look,
            _ => LoadAnswer.Moved,
        };
    }

    private LoadReply Granted(long token) => new(LoadAnswer.Granted, token, (int)LeaseDuration.TotalMilliseconds, 0);

    private long LeaseEnd() => After(LeaseDuration);

    private long After(TimeSpan span) => time.GetTimestamp() + (long)(span.TotalSeconds * time.TimestampFrequency);
}
