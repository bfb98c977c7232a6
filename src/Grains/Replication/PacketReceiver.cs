using Orleans.Cache.Contracts.Nodes;

namespace Orleans.Cache.Grains.Replication;

/// <summary>
/// Takes the packets that other silos send, on the thread pool: the door's turns are for the batches of clients. Those of one silo are taken
/// in the order in which they arrive, or copies would miss records that are already here. Safe for any number of threads.
/// </summary>
internal sealed class PacketReceiver(CopyNetwork network, ReplicationMetrics metrics)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(int From, bool OfChunks), Task> _last = [];

    /// <summary>Takes a packet; completes when the copies have taken it and those before it of the same silo. Never fails.</summary>
    /// <param name="from">The number of the silo that sends it.</param>
    /// <param name="node">The number of the silo that it is meant for.</param>
    /// <param name="run">The run of that silo.</param>
    /// <param name="packet">Given back when it is taken.</param>
    /// <returns>The packet of the copies' answers, or none.</returns>
    public Task<BatchBytes?> ReceiveAsync(int from, int node, long run, BatchBytes packet) =>
        IsForUs(from, node, run, packet) ? InOrder((from, OfChunks: false), () => network.Take(from, packet)) : Task.FromResult<BatchBytes?>(null);

    /// <summary>As <see cref="ReceiveAsync"/>, of chunks: in their own order, beside other packets.</summary>
    public Task ReceiveChunksAsync(int from, int node, long run, BatchBytes packet)
    {
        return IsForUs(from, node, run, packet) ? InOrder((from, OfChunks: true), Take) : Task.CompletedTask;

        BatchBytes? Take()
        {
            network.TakeChunks(from, packet);
            return null;
        }
    }

    private bool IsForUs(int from, int node, long run, BatchBytes packet)
    {
        var table = network.Table;
        if (node == table.Number && run == table.Run)
        {
            return true;
        }

        metrics.OnDropped(table.NameOf(from), DropReason.Misdirected, 1);
        packet.Dispose();
        return false;
    }

    private Task<BatchBytes?> InOrder((int From, bool OfChunks) way, Func<BatchBytes?> take)
    {
        lock (_lock)
        {
            var taken = _last.GetValueOrDefault(way, Task.CompletedTask).ContinueWith(
                _ => take(), CancellationToken.None, TaskContinuationOptions.RunContinuationsAsynchronously, TaskScheduler.Default);
            _last[way] = taken;
            return taken;
        }
    }
}
