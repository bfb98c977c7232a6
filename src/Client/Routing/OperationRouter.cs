using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Cache.Client.Lanes;
using Orleans.Cache.Engine.Batches;

namespace Orleans.Cache.Client.Routing;

/// <summary>
/// Brings the operations of a call to the silos that own their keys, and brings back a result for each.
/// </summary>
/// <remarks>
/// 1. The snapshot is taken once a try. An operation on a partition of this process is executed here, without a message.
/// 2. The others go, grouped by silo, to the silos' lanes, all at once.
/// 3. What comes back as moved is tried again by a newer snapshot until the call's deadline; so is what had no answer, if it is repeatable.
///    A write that is not ends in <see cref="CacheOutcomeUnknownException"/>.
/// Safe for any number of threads.
/// </remarks>
internal sealed partial class OperationRouter
{
    private readonly ConditionalWeakTable<RoutedNode, ILane> _lanes = [];
    private readonly ITopologySource _topology;
    private readonly LocalShards? _local;
    private readonly TimeProvider _time;
    private readonly CacheGridClientOptions _options;
    private readonly ILogger<OperationRouter> _logger;

    public OperationRouter(
        ITopologySource topology,
        TimeProvider time,
        IOptions<CacheGridClientOptions> options,
        ILogger<OperationRouter> logger,
        LocalShards? local = null)
    {
        _topology = topology;
        _local = local;
        _time = time;
        _options = options.Value;
        _logger = logger;
    }

    /// <summary>The limits that operations are checked by. Before the first contact they are wide, and operations are checked again after it.</summary>
    public CacheLimits Limits => _topology.Current.Limits;

    /// <summary>Executes one operation.</summary>
    public ValueTask<OperationResult> ExecuteAsync(string cache, Operation operation, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return TryExecuteHere(cache, operation, _topology.Current, out var result)
            ? ValueTask.FromResult(result)
            : ExecuteAwayAsync(cache, operation, cancellationToken);
    }

    /// <summary>Executes the operations of one call.</summary>
    /// <returns>Their results, at the same positions; none of them is moved.</returns>
    public async ValueTask<OperationResult[]> ExecuteAsync(string cache, Operation[] operations, CancellationToken cancellationToken)
    {
        var results = new OperationResult[operations.Length];
        var pending = Enumerable.Range(0, operations.Length).ToList();
        var started = _time.GetTimestamp();
        Exception? failure = null;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var snapshot = _topology.Current;
            if (!snapshot.IsKnown)
            {
                snapshot = await _topology.ConnectAsync(cancellationToken).ConfigureAwait(false);
                OperationFactory.CheckAgain(operations, snapshot.Limits);
            }

            if (!snapshot.HasCache(cache))
            {
                throw CacheRequestException.UnknownCache(cache, snapshot.Caches);
            }

            failure = await TryOnceAsync(cache, operations, pending, results, snapshot, cancellationToken).ConfigureAwait(false) ?? failure;
            pending.RemoveAll(position => results[position].Result.Status is not (OperationStatus.Moved or OperationStatus.Pending or OperationStatus.NoRoom));
            if (pending.Count == 0)
            {
                return results;
            }

            if (_time.GetElapsedTime(started) > _options.OperationTimeout)
            {
                throw GiveUp(operations, pending, results, failure);
            }

            var newest = await _topology.RefreshAsync(snapshot, cancellationToken).ConfigureAwait(false);
            if (newest.Version == snapshot.Version)
            {
                // The grid is still changing: the new owner is opening the partition, or nobody has noticed yet that the old one is gone.
                // Or a large value needs more room than one attempt may make.
                await Task.Delay(_options.RetryDelay, _time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>What a write is answered that found no room.</summary>
    public static CacheUnavailableException NoRoom() => new(
        "The silo found no room for the entry: other entries have to go first, or the system gives the silo less memory than Cache:MemoryBudgetBytes. Nothing was done: try again shortly, or lower the budget to what the machine has.");

    private async ValueTask<OperationResult> ExecuteAwayAsync(string cache, Operation operation, CancellationToken cancellationToken)
    {
        var results = await ExecuteAsync(cache, [operation], cancellationToken).ConfigureAwait(false);
        return results[0];
    }

    private bool TryExecuteHere(string cache, in Operation operation, GridSnapshot snapshot, out OperationResult result)
    {
        result = default;
        return _local is not null
            && snapshot.IsKnown
            && OwnerOf(operation, snapshot)?.Descriptor.Address.Equals(_local.Silo) == true
            && _local.TryExecute(cache, operation, out result);
    }

    /// <summary>Sends every pending operation once.</summary>
    /// <returns>Why some of them had no answer, if so.</returns>
    private async Task<Exception?> TryOnceAsync(
        string cache,
        Operation[] operations,
        List<int> pending,
        OperationResult[] results,
        GridSnapshot snapshot,
        CancellationToken cancellationToken)
    {
        var byNode = new Dictionary<RoutedNode, List<int>>(ReferenceEqualityComparer.Instance);
        foreach (var position in pending)
        {
            results[position] = default;
            if (TryExecuteHere(cache, operations[position], snapshot, out results[position]))
            {
                continue;
            }

            if (OwnerOf(operations[position], snapshot) is { } node && !node.Descriptor.Address.Equals(_local?.Silo))
            {
                (byNode.TryGetValue(node, out var positions) ? positions : byNode[node] = []).Add(position);
            }
        }

        var sends = byNode.Select(group => SendAsync(group.Key, cache, operations, group.Value, results, snapshot, cancellationToken));
        var failures = await Task.WhenAll(sends).ConfigureAwait(false);
        return failures.FirstOrDefault(static failure => failure is not null);
    }

    private async Task<Exception?> SendAsync(
        RoutedNode node,
        string cache,
        Operation[] operations,
        List<int> positions,
        OperationResult[] results,
        GridSnapshot snapshot,
        CancellationToken cancellationToken)
    {
        try
        {
            var lane = _lanes.GetValue(node, node => new DirectLane(node, () => _topology.Current.Caches));
            await lane.SendAsync(cache, operations, positions, results, snapshot.Version, cancellationToken).ConfigureAwait(false);
            return null;
        }
        catch (Exception exception) when (exception is not (CacheException or OperationCanceledException))
        {
            node.AvoidDirect();
            LogBatchFailed(node.Descriptor.Name, positions.Count, exception);
            if (positions.Any(position => !operations[position].IsRepeatable))
            {
                throw OutcomeUnknown(node.Descriptor.Name, exception);
            }

            return exception;
        }
    }

    private static RoutedNode? OwnerOf(in Operation operation, GridSnapshot snapshot)
    {
        Span<byte> key = stackalloc byte[operation.Header.KeyLength];
        operation.Key.CopyTo(key);
        return snapshot.OwnerOf(Slot.Of(key).PartitionOf(snapshot.Map.PartitionCount));
    }

    private CacheException GiveUp(Operation[] operations, List<int> pending, OperationResult[] results, Exception? failure)
    {
        // Moved means not done; pending means that a message was lost, which a read does not mind.
        var unknown = pending.Any(position =>
            operations[position].IsWrite && results[position].Result.Status == OperationStatus.Pending && failure is not null);
        if (unknown)
        {
            return OutcomeUnknown("of the key", failure!);
        }

        return pending.TrueForAll(position => results[position].Result.Status == OperationStatus.NoRoom)
            ? NoRoom()
            : new CacheUnavailableException(
                $"The silos that own {pending.Count} of {operations.Length} keys did not serve them within {_options.OperationTimeout}; nothing was done to those. The grid is changing or has lost a silo: try again shortly.",
                failure);
    }

    private static CacheOutcomeUnknownException OutcomeUnknown(string silo, Exception inner) => new(
        $"No answer came from the silo {silo}, so the write may or may not have been done. Read the entry before you write again.", inner);

    [LoggerMessage(EventIds.BatchFailed, LogLevel.Debug, "A batch of {Operations} operations to silo {Silo} had no answer.")]
    private partial void LogBatchFailed(string silo, int operations, Exception exception);
}
