namespace Orleans.Cache.Grains.Topology.Stores;

/// <summary>Keeps the record in the memory of this process. Safe for any number of threads.</summary>
internal sealed class MemoryTopologyStore : ITopologyStore
{
    private readonly Lock _lock = new();
    private StoredTopology? _stored;

    public ValueTask<StoredTopology?> ReadAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return ValueTask.FromResult(_stored);
        }
    }

    public ValueTask<bool> TryWriteAsync(ReadOnlyMemory<byte> content, long expectedVersion, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if ((_stored?.Version ?? 0) != expectedVersion)
            {
                return ValueTask.FromResult(false);
            }

            _stored = new StoredTopology(expectedVersion + 1, content.ToArray());
            return ValueTask.FromResult(true);
        }
    }
}
