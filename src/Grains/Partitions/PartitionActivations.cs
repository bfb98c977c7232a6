using System.Collections.Concurrent;

namespace Orleans.Cache.Grains.Partitions;

/// <summary>The partition grains that are active on this silo, so that it can let go of them when the map gives them away. Thread-safe.</summary>
internal sealed class PartitionActivations
{
    private readonly ConcurrentDictionary<int, IGrainContext> _active = new();

    public void Add(int partition, IGrainContext activation) => _active[partition] = activation;

    /// <summary>Forgets an activation, unless a later one took its place.</summary>
    public void Remove(int partition, IGrainContext activation) =>
        _active.TryRemove(new KeyValuePair<int, IGrainContext>(partition, activation));

    public bool Contains(int partition) => _active.ContainsKey(partition);

    /// <summary>Sends a partition's grain, if it is here, to where the placement wants it now: on the partition's owner.</summary>
    public void Release(int partition)
    {
        if (_active.TryGetValue(partition, out var activation))
        {
            activation.Migrate(requestContext: null);
        }
    }
}
