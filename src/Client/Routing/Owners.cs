using Microsoft.Extensions.Options;

namespace Orleans.Cache.Client.Routing;

/// <summary>Finds who owns a key, and waits for another owner. Safe for any number of threads.</summary>
internal sealed class Owners(ITopologySource topology, TimeProvider time, IOptions<CacheGridClientOptions> options, LocalShards? local = null)
{
    /// <summary>The newest snapshot that this process has.</summary>
    public GridSnapshot Current => topology.Current;

    /// <summary>The snapshot to route operations by, after the first contact.</summary>
    /// <exception cref="CacheUnavailableException">The grid cannot be reached.</exception>
    /// <exception cref="CacheRequestException">The grid has no such cache, or an operation breaks its limits.</exception>
    public async ValueTask<GridSnapshot> ConnectAsync(NamedCache cache, ReadOnlyMemory<Operation> operations, CancellationToken cancellationToken)
    {
        var snapshot = topology.Current;
        if (!snapshot.IsKnown)
        {
            snapshot = await topology.ConnectAsync(cancellationToken).ConfigureAwait(false);
            OperationFactory.CheckAgain(operations.Span, snapshot.Limits);
        }

        return cache.IsIn(snapshot) ? snapshot : throw cache.Unknown();
    }

    /// <summary>Whether a silo is that of this process.</summary>
    public bool IsHere(RoutedNode node) => local is not null && node.Descriptor.Address.Equals(local.Silo);

    /// <summary>The silo that owns the key of an operation, if there is one.</summary>
    public static RoutedNode? OwnerOf(in Operation operation, GridSnapshot snapshot) =>
        IndexOfOwner(operation, snapshot) is >= 0 and var owner ? snapshot.Nodes[owner] : null;

    /// <summary>The index of that silo in the snapshot; negative if there is none.</summary>
    public static int IndexOfOwner(in Operation operation, GridSnapshot snapshot) =>
        snapshot.Map.OwnerOf(operation.Slot.PartitionOf(snapshot.Map.PartitionCount));

    /// <summary>Waits for a newer map than one that did not serve, but not for long.</summary>
    public async ValueTask WaitForChangeAsync(GridSnapshot snapshot, long deadline, CancellationToken cancellationToken)
    {
        var left = time.GetElapsedTime(time.GetTimestamp(), deadline);
        if (left <= TimeSpan.Zero)
        {
            return;
        }

        Task refresh = topology.RefreshAsync(snapshot, cancellationToken).AsTask();
        await refresh.WaitAsync(left, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (topology.Current.Version == snapshot.Version)
        {
            // The grid is still changing: the new owner is opening the partition, or nobody has noticed yet that the old one is gone.
            // Or a large value needs more room than one attempt may make.
            await Task.Delay(options.Value.Retries.Delay, time, cancellationToken).ConfigureAwait(false);
        }
    }
}
