using Orleans.Cache.Client.Routing;
using OperationStatus = Orleans.Cache.Engine.Batches.OperationStatus;

namespace Orleans.Cache.Client.Transfers;

/// <summary>
/// Brings values over that are too large for one message: chunk by chunk, on a lane of their own, so that small operations never wait for more
/// than the few chunks that are under way.
/// </summary>
/// <remarks>
/// A transfer belongs to one silo. When that silo has no answer, or does not own the key any more, the transfer is begun again as a whole; so is
/// a read whose entry was written meanwhile. Each chunk has the time of a call, so a transfer may take as long as it gets on; it is begun again
/// only within the time of a call. Safe for any number of threads.
/// </remarks>
internal sealed class ValueTransfers(OperationRouter router, CallErrors errors, TimeProvider time, CacheGridClientOptions options)
{
    private readonly ValueReader _reader = new(router, options.Lanes);
    private readonly ValueWriter _writer = new(router, options.Lanes);

    /// <summary>Finishes an operation that was answered in chunks, or whose value must be sent in chunks.</summary>
    public ValueTask<OperationResult> ExecuteAsync(NamedCache cache, Operation operation, OperationResult first, CancellationToken cancellationToken) =>
        operation.IsWrite ? WriteAsync(cache, operation, cancellationToken) : ReadAsync(cache, operation, first, cancellationToken);

    /// <summary>Reads a value whose get was answered with its length.</summary>
    /// <remarks><paramref name="first"/>: That answer.</remarks>
    public async ValueTask<OperationResult> ReadAsync(NamedCache cache, Operation operation, OperationResult first, CancellationToken cancellationToken)
    {
        var seen = first.Result;
        var deadline = router.NewDeadline;
        RoutedNode? left = null;
        for (var attempt = 0; ; attempt++)
        {
            // A value that changes faster than it can be read must not be read for ever; once again it is in any case.
            if (attempt > 1 && time.GetTimestamp() >= deadline)
            {
                throw new CacheUnavailableException(
                    $"The value of {seen.TotalLength:N0} bytes was overwritten {attempt} times while it was read. Read it again when it rests, or write it less often.");
            }

            var node = await router.FindOwnerAsync(cache, operation, left, deadline, cancellationToken).ConfigureAwait(false);
            left = null;
            try
            {
                var result = await _reader.TryReadAsync(node, cache, operation, seen, cancellationToken).ConfigureAwait(false);
                switch (result.Result.Status)
                {
                    case OperationStatus.Moved:
                        left = node;
                        break;
                    case OperationStatus.Chunked:
                        seen = result.Result;
                        break;
                    default:
                        return result;
                }
            }
            catch (CacheUnavailableException) when (time.GetTimestamp() < deadline && router.TrySpendRetry())
            {
                await WaitAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async ValueTask<OperationResult> WriteAsync(NamedCache cache, Operation operation, CancellationToken cancellationToken)
    {
        RoutedNode? left = null;
        var deadline = router.NewDeadline;
        while (true)
        {
            var node = await router.FindOwnerAsync(cache, operation, left, deadline, cancellationToken).ConfigureAwait(false);
            left = null;
            OperationResult result;
            try
            {
                result = await _writer.TryWriteAsync(node, cache, operation, cancellationToken).ConfigureAwait(false);
            }
            catch (CacheException exception) when (IsWorthAnother(exception, operation) && time.GetTimestamp() < deadline && router.TrySpendRetry())
            {
                await WaitAsync(cancellationToken).ConfigureAwait(false);
                continue;
            }

            switch (result.Result.Status)
            {
                case OperationStatus.Moved:
                    left = node;
                    break;
                case OperationStatus.NoRoom when time.GetTimestamp() < deadline:
                    await WaitAsync(cancellationToken).ConfigureAwait(false);
                    break;
                case OperationStatus.NoRoom:
                    throw CallErrors.NoRoom();
                case OperationStatus.NotStaged when time.GetTimestamp() < deadline:
                    break;
                case OperationStatus.NotStaged:
                    throw errors.NotServed(inner: null);
                case OperationStatus.StagingFull:
                    throw new CacheUnavailableException(
                        $"The silo {node.Descriptor.Name} holds as many bytes of large values on their way as it may (Cache:MaxStagedBytes); nothing was done. Set fewer large values at a time, or raise it.");
                default:
                    return result;
            }
        }
    }

    private static bool IsWorthAnother(CacheException exception, in Operation operation) => exception switch
    {
        CacheUnavailableException => true,
        CacheOutcomeUnknownException => operation.DoesNoHarmTwice,
        _ => false,
    };

    private Task WaitAsync(CancellationToken cancellationToken) => Task.Delay(options.Retries.Delay, time, cancellationToken);
}
