using Microsoft.Extensions.Logging;
using Orleans.Cache.Contracts.Nodes;
using Orleans.Cache.Engine.Replication.Format;
using Orleans.Cache.Engine.Replication.Messages;
using Orleans.Cache.Grains.Topology;

namespace Orleans.Cache.Grains.Replication;

/// <summary>
/// Takes the packets that other silos send, on the thread pool: the door's turns are for the batches of clients. Those of one silo are taken
/// in the order in which they arrive, or copies would miss records that are already here. Safe for any number of threads.
/// </summary>
internal sealed partial class PacketReceiver(CopyNetwork network, NodeTopology topology, ReplicationMetrics metrics, ILogger<PacketReceiver> logger)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<int, Task> _last = [];

    /// <summary>
    /// Takes a packet; completes when the copies have taken those before it of the same silo, which sends the next one then. Never fails.
    /// </summary>
    /// <param name="from">The number of the silo that sends it.</param>
    /// <param name="node">The number of the silo that it is meant for.</param>
    /// <param name="run">The run of that silo.</param>
    /// <param name="packet">Given back when it is read.</param>
    public Task ReceiveAsync(int from, int node, long run, BatchBytes packet)
    {
        var table = network.Table;
        if (node != table.Number || run != table.Run)
        {
            metrics.OnDropped(table.NameOf(from), DropReason.Misdirected, 1);
            packet.Dispose();
            return Task.CompletedTask;
        }

        lock (_lock)
        {
            var last = _last.GetValueOrDefault(from, Task.CompletedTask);
            _last[from] = last.ContinueWith(
                _ => Take(from, packet), CancellationToken.None, TaskContinuationOptions.RunContinuationsAsynchronously, TaskScheduler.Default);
            return last;
        }
    }

    private void Take(int from, BatchBytes packet)
    {
        var name = network.Table.NameOf(from);
        try
        {
            List<(int, PeerMessage)> messages;
            using (packet)
            {
                messages = Read(packet);
                metrics.OnReceived(name, messages.Count, packet.Length);
            }

            network.Deliver(messages);
        }
        catch (InvalidDataException exception)
        {
            metrics.OnDropped(name, DropReason.Malformed, 1);
            LogMalformed(from, name, exception.Message);
        }
    }

    private List<(int Partition, PeerMessage Message)> Read(BatchBytes packet)
    {
        var messages = ReplicationFormat.ReadMessages(packet.Span);
        foreach (var (partition, _) in messages)
        {
            if (partition >= topology.Settings.PartitionCount)
            {
                throw new InvalidDataException($"A message is for partition {partition}; the grid has {topology.Settings.PartitionCount}.");
            }
        }

        return messages;
    }

    [LoggerMessage(EventIds.PacketMalformed, LogLevel.Error, "A packet of replication from silo {Number} ({Silo}) cannot be read and is dropped: {Error}")]
    private partial void LogMalformed(int number, string silo, string error);
}
