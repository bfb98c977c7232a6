using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Orleans.Cache.Contracts.Nodes;
using Orleans.Cache.Engine.Replication.Format;
using Orleans.Cache.Engine.Replication.Messages;
using Orleans.Cache.Grains.Topology;

namespace Orleans.Cache.Grains.Replication;

/// <summary>Reads the packets of other silos, and says what is wrong with those that cannot be read.</summary>
internal sealed partial class PacketReader(NodeTopology topology, ReplicationMetrics metrics, ILogger<PacketReader> logger)
{
    /// <summary>Reads a packet of messages; they point into it.</summary>
    /// <returns>Whether it can be read; else it is counted and logged.</returns>
    public bool TryRead(
        int from, string name, BatchBytes packet, FragmentAssembler? fragments, WireMoment arrival, [NotNullWhen(true)] out List<(int Partition, PeerMessage Message)>? messages)
    {
        try
        {
            messages = [];
            ReplicationFormat.ViewMessages(packet.Memory, fragments, messages, arrival);
            foreach (var (partition, _) in messages)
            {
                if (partition >= topology.Settings.PartitionCount)
                {
                    throw new InvalidDataException($"A message is for partition {partition}; the grid has {topology.Settings.PartitionCount}.");
                }
            }

            metrics.OnReceived(name, messages.Count, packet.Length);
            return true;
        }
        catch (InvalidDataException exception)
        {
            messages = null;
            metrics.OnDropped(name, DropReason.Malformed, 1);
            LogMalformed(from, name, exception.Message);
            return false;
        }
    }

    [LoggerMessage(EventIds.PacketMalformed, LogLevel.Error, "A packet of replication from silo {Number} ({Silo}) cannot be read and is dropped: {Error}")]
    private partial void LogMalformed(int number, string silo, string error);
}
