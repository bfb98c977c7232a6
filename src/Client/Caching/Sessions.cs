using Orleans.Cache.Client.Routing;
using Orleans.Cache.Contracts.Nodes;
using Orleans.Cache.Engine.Replication;

namespace Orleans.Cache.Client.Caching;

/// <summary>Executes what belongs to a session: says what it has seen, and notes what it has seen then. Safe for any number of threads.</summary>
internal sealed class Sessions(OperationRouter router, ITopologySource topology)
{
    /// <summary>Under this name a session stands in Orleans' request context.</summary>
    private const string ContextKey = "orleans.cache.session";

    /// <summary>The session that was begun around this flow of control, here or by whoever called its grain.</summary>
    public static CacheSession? Current => CacheSessionConverter.IsUsed ? RequestContext.Get(ContextKey) as CacheSession : null;

    /// <summary>Begins a session for this flow of control.</summary>
    public static CacheSession Start(CacheSessionToken? token)
    {
        var session = new CacheSession(token ?? CacheSessionToken.Empty);
        var outer = RequestContext.Get(ContextKey);
        CacheSessionConverter.IsUsed = true;
        RequestContext.Set(ContextKey, session);
        session.EndWith(() =>
        {
            if (outer is null)
            {
                RequestContext.Remove(ContextKey);
            }
            else
            {
                RequestContext.Set(ContextKey, outer);
            }
        });
        return session;
    }

    public async ValueTask<OperationResult> ExecuteAsync(NamedCache cache, Operation operation, CacheSession session, CancellationToken cancellationToken)
    {
        var partitions = await ConnectAsync(cancellationToken).ConfigureAwait(false);
        var result = await router.ExecuteAsync(cache, WithSeen(operation, session, partitions), cancellationToken).ConfigureAwait(false);
        Note(operation, result, session, partitions);
        return result;
    }

    public async ValueTask ExecuteAsync(NamedCache cache, BatchCall call, CacheSession session, CancellationToken cancellationToken)
    {
        var partitions = await ConnectAsync(cancellationToken).ConfigureAwait(false);
        for (var index = 0; index < call.Count; index++)
        {
            call.Operations[index] = WithSeen(call.Operations[index], session, partitions);
        }

        await router.ExecuteAsync(cache, call, cancellationToken).ConfigureAwait(false);
        for (var index = 0; index < call.Count; index++)
        {
            Note(call.Operations[index], call.Results[index], session, partitions);
        }
    }

    private static Operation WithSeen(in Operation operation, CacheSession session, int partitions)
    {
        var (epoch, sequence) = session.SeenOf(operation.Slot.PartitionOf(partitions));
        return operation with { Seen = epoch == 0 ? LogPosition.Start : new LogPosition(epoch, sequence) };
    }

    private static void Note(in Operation operation, in OperationResult result, CacheSession session, int partitions) =>
        session.Note(operation.Slot.PartitionOf(partitions), result.Position.Epoch, result.Position.Sequence);

    /// <summary>How many partitions there are, which is fixed once the grid was reached.</summary>
    private async ValueTask<int> ConnectAsync(CancellationToken cancellationToken)
    {
        var snapshot = topology.Current;
        snapshot = snapshot.IsKnown ? snapshot : await topology.ConnectAsync(cancellationToken).ConfigureAwait(false);
        return snapshot.Map.PartitionCount;
    }
}
