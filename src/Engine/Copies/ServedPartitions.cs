using Orleans.Cache.Engine.Invalidation;

namespace Orleans.Cache.Engine.Copies;

/// <summary>Which partitions this silo serves, for those who trust what they read here as long as it does. Safe for any number of threads.</summary>
internal sealed class ServedPartitions(PartitionGate[] gates, TimeProvider time)
{
    private readonly Lock _lock = new();
    private OwnedPartitions _last = OwnedPartitions.None;

    /// <summary>The partitions that are served now. The same object as long as nothing changes.</summary>
    public OwnedPartitions Now
    {
        get
        {
            lock (_lock)
            {
                var now = time.GetTimestamp();
                return IsStill(now) ? _last : _last = Collect(now);
            }
        }
    }

    private bool IsStill(long now)
    {
        var next = 0;
        for (var partition = 0; partition < gates.Length; partition++)
        {
            if (ServedEpoch(partition, now) is not { } epoch)
            {
                continue;
            }

            if (next == _last.Partitions.Length || _last.Partitions[next] != partition || _last.Epochs[next] != epoch)
            {
                return false;
            }

            next++;
        }

        return next == _last.Partitions.Length;
    }

    private OwnedPartitions Collect(long now)
    {
        var partitions = new List<int>(gates.Length);
        var epochs = new List<long>(gates.Length);
        for (var partition = 0; partition < gates.Length; partition++)
        {
            if (ServedEpoch(partition, now) is { } epoch)
            {
                partitions.Add(partition);
                epochs.Add(epoch);
            }
        }

        return new OwnedPartitions(_last.Version + 1, [.. partitions], [.. epochs]);
    }

    // In this order: a new epoch is written after the gate was closed, and before it is opened again.
    private long? ServedEpoch(int partition, long now) =>
        now < Volatile.Read(ref gates[partition].ServesUntil) ? Volatile.Read(ref gates[partition].Epoch) : null;
}
