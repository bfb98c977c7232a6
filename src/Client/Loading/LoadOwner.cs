using Orleans.Cache.Client.Routing;
using Orleans.Cache.Contracts.Loading;

namespace Orleans.Cache.Client.Loading;

/// <summary>Asks the owners of keys for the leases to load their values. Safe for any number of threads.</summary>
internal sealed class LoadOwner(OperationRouter router, NamedCache cache, TimeProvider time, TimeSpan operationTimeout)
{
    /// <summary>How long the owner holds a question. Not longer: an owner that is lost must be noticed.</summary>
    private static readonly TimeSpan Hold = TimeSpan.FromMilliseconds(500);

    /// <summary>How long an answer may be late.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>How often it is looked whether a silo that has not answered is still in the grid.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Asks for the lease, or to hear of the value. What moved, or has no answer, is asked again elsewhere.</summary>
    /// <returns>The owner's answer; "held" after a while, if nothing happens.</returns>
    /// <exception cref="CacheUnavailableException">No owner answered within the time of an operation.</exception>
    public async Task<LoadReply> AskAsync(CacheKey key, long seenVersion, bool mayWait, CancellationToken cancellationToken)
    {
        var peek = OperationFactory.Peek(key, router.Limits);
        var bytes = key.ToArray();
        var deadline = router.NewDeadline;
        RoutedNode? left = null;
        Exception? failure = null;
        while (true)
        {
            var node = await router.FindOwnerAsync(cache, peek, left, deadline, cancellationToken).ConfigureAwait(false);
            left = null;
            var sentAt = time.GetTimestamp();
            var request = new LoadRequest(
                node.Descriptor.Address, cache.Name, bytes, LoadStep.Ask, Token: 0, seenVersion, mayWait ? (int)Hold.TotalMilliseconds : 0);
            try
            {
                var reply = await SendAsync(node, request, Patience, cancellationToken).ConfigureAwait(false);
                switch (reply.Answer)
                {
                    case LoadAnswer.Moved:
                        left = node;
                        break;
                    case LoadAnswer.WrongSilo:
                        await Task.Delay(Pause, time, cancellationToken).ConfigureAwait(false);
                        break;
                    case LoadAnswer.Invalid:
                        throw CacheRequestException.Malformed("it takes no load of this key");
                    case LoadAnswer.Held when mayWait && time.GetElapsedTime(sentAt) < Pause:
                        // As many wait there as may: ask again, but not at once.
                        await Task.Delay(Pause, time, cancellationToken).ConfigureAwait(false);
                        return reply;
                    default:
                        return reply;
                }
            }
            catch (Exception exception) when (exception is not (CacheRequestException or OperationCanceledException) || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
            {
                deadline = failure is null ? router.NewDeadline : deadline;
                failure = exception;
                node.NoteSilence();
                node.AvoidDirect();
                left = node;
            }

            if (time.GetTimestamp() >= deadline)
            {
                throw new CacheUnavailableException(
                    $"The silo that owns the key did not say within {operationTimeout} who is to load it; nothing was done. The grid is changing or has lost a silo: try again shortly.", failure);
            }
        }
    }

    /// <summary>Keeps a lease until it is lost, or the caller needs it no more.</summary>
    public async Task KeepAsync(CacheKey key, LoadReply lease, CancellationToken cancellationToken)
    {
        var period = TimeSpan.FromMilliseconds(lease.LeaseMilliseconds / 4);
        var isHeld = true;
        while (isHeld)
        {
            await Task.Delay(period, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            isHeld = !cancellationToken.IsCancellationRequested && await TrySendAsync(key, LoadStep.Renew, lease.Token, period).ConfigureAwait(false) != LoadAnswer.Lost;
        }
    }

    /// <summary>Gives a lease back. If that has no answer the lease ends by itself.</summary>
    public Task ReleaseAsync(CacheKey key, long token) => TrySendAsync(key, LoadStep.Release, token, Patience);

    private async Task<LoadAnswer> TrySendAsync(CacheKey key, LoadStep step, long token, TimeSpan patience)
    {
        try
        {
            var peek = OperationFactory.Peek(key, router.Limits);
            var node = await router.FindOwnerAsync(cache, peek, left: null, router.NewDeadline, CancellationToken.None).ConfigureAwait(false);
            var request = new LoadRequest(node.Descriptor.Address, cache.Name, key.ToArray(), step, token, SeenVersion: 0, HoldMilliseconds: 0);
            return (await SendAsync(node, request, patience, CancellationToken.None).ConfigureAwait(false)).Answer;
        }
#pragma warning disable CA1031 // A lease that is not kept is lost: then somebody else loads too, which is all that can happen.
        catch (Exception)
#pragma warning restore CA1031
        {
            return LoadAnswer.WrongSilo;
        }
    }

    private async Task<LoadReply> SendAsync(RoutedNode node, LoadRequest request, TimeSpan patience, CancellationToken cancellationToken)
    {
        var answer = node.Door.LoadAsync(request).AsTask();
        var sentAt = time.GetTimestamp();
        var hold = TimeSpan.FromMilliseconds(request.HoldMilliseconds);
        while (answer != await Task.WhenAny(answer, Task.Delay(Look, time, cancellationToken)).ConfigureAwait(false))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var waited = time.GetElapsedTime(sentAt);
            var snapshot = cache.Snapshot;
            if (waited > hold + patience || !snapshot.Nodes.Contains(node))
            {
                _ = answer.ContinueWith(static answer => answer.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
                throw new TimeoutException($"The silo {node.Descriptor.Name} did not answer.");
            }

            if (waited > hold)
            {
                cache.LookForMap();
            }
        }

        var reply = await answer.ConfigureAwait(false);
        cache.OnMapVersion(reply.MapVersion);
        return reply;
    }
}
