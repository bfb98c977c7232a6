using Orleans.Cache.Contracts.Nodes;
using Orleans.Cache.Engine.Copies;
using Orleans.Cache.Engine.Replication;
using Orleans.Cache.Grains.Replication;
using Orleans.Cache.Grains.Topology;

namespace Orleans.Cache.Grains.Partitions;

/// <summary>Tells which of this silo's partitions are on the move, and how far they are. Safe for any number of threads.</summary>
internal sealed class MoveReport(MapFollower follower, PartitionCopies copies, ArrivalCounts arrivals, NodeTopology topology)
{
    /// <summary>What is so now. Looks at every partition.</summary>
    public NodeMoves Compose()
    {
        var names = (topology.Current.Message?.Nodes ?? []).ToDictionary(static node => node.Number, static node => node.Name);
        var moves = new List<NodeMove>();
        var (owned, lacking) = (0, 0);
        for (var partition = 0; partition < topology.Settings.PartitionCount; partition++)
        {
            var status = copies.StatusOf(partition);
            if (status.Role != CopyRole.Owner || follower.WantedOf(partition) is not { } wanted)
            {
                continue;
            }

            owned++;
            var missing = Array.FindAll(wanted.Nodes, node => !Array.Exists(status.Configuration.InSync, copy => copy.Node == node));

            // A copy that is wanted elsewhere only is as good where it is.
            lacking += status.Configuration.InSync.Length < wanted.Nodes.Length ? 1 : 0;
            var fills = missing.Length == 0 ? [] : copies.FillsOf(partition);
            foreach (var node in missing)
            {
                var fill = Array.Find(fills, fill => fill.Node == node);
                moves.Add(new NodeMove(partition, NameOf(node), node == wanted.Owner, (byte)PhaseOf(partition, fill), fill.Entries, fill.Bytes));
            }

            if (missing.Length == 0 && wanted.Owner != status.Configuration.Owner.Node)
            {
                var phase = follower.IsWaiting(partition) ? PartitionMovePhase.Waiting : PartitionMovePhase.HandingOver;
                moves.Add(new NodeMove(partition, NameOf(wanted.Owner), WillOwn: true, (byte)phase, Entries: 0, Bytes: 0));
            }
        }

        return new NodeMoves(topology.Settings.Name, owned, lacking, [.. moves], arrivals.Compose());

        string NameOf(int node) => names.GetValueOrDefault(node, "?");
    }

    private PartitionMovePhase PhaseOf(int partition, FillProgress fill) =>
        fill.IsStreaming ? PartitionMovePhase.CatchingUp : follower.IsWaiting(partition) ? PartitionMovePhase.Waiting : PartitionMovePhase.Filling;
}
