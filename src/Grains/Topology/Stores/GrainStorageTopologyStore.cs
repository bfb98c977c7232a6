using Orleans.Cache.Contracts.Topology;
using Orleans.Storage;

namespace Orleans.Cache.Grains.Topology.Stores;

/// <summary>
/// Keeps the record in the storage of grains that the application has registered as <see cref="StorageName"/>. Its ETag is the
/// compare-and-swap: a write carries that of the read of the expected version. Safe for any number of threads.
/// </summary>
internal sealed class GrainStorageTopologyStore(IGrainStorage storage, IGrainFactory grains) : ITopologyStore
{
    /// <summary>The name under which the storage must be registered.</summary>
    public const string StorageName = "cache-grid";

    private const string StateName = "topology";

    private volatile GrainState<TopologyRecord>? _last;

    // Not known before the silo starts.
    private GrainId Id => grains.GetGrain<ITopologyGrain>(0).GetGrainId();

    public async ValueTask<StoredTopology?> ReadAsync(CancellationToken cancellationToken)
    {
        var state = await ReadStateAsync(cancellationToken);
        return state.State.Version == 0 ? null : new StoredTopology(state.State.Version, state.State.Content);
    }

    public async ValueTask<bool> TryWriteAsync(ReadOnlyMemory<byte> content, long expectedVersion, CancellationToken cancellationToken)
    {
        var last = _last;
        if (last?.State.Version != expectedVersion)
        {
            last = await ReadStateAsync(cancellationToken);
        }

        if (last.State.Version != expectedVersion)
        {
            return false;
        }

        // A state of its own: what fails may be changed by the storage, and must not be taken for what is stored.
        var next = new GrainState<TopologyRecord>(new TopologyRecord { Version = expectedVersion + 1, Content = content.ToArray() }, last.ETag) { RecordExists = last.RecordExists };
        try
        {
            await storage.WriteStateAsync(StateName, Id, next).WaitAsync(cancellationToken);
        }
        catch (InconsistentStateException)
        {
            _last = null;
            return false;
        }

        _last = next;
        return true;
    }

    private async Task<GrainState<TopologyRecord>> ReadStateAsync(CancellationToken cancellationToken)
    {
        var state = new GrainState<TopologyRecord>(new TopologyRecord());
        await storage.ReadStateAsync(StateName, Id, state).WaitAsync(cancellationToken);
        state.State ??= new TopologyRecord();
        return _last = state;
    }
}
