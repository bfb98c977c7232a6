using Orleans.Cache.Engine.Replication;

namespace Orleans.Cache.Client.Routing;

/// <summary>Which silo an operation goes to: the owner, or for a read that any copy may answer one of the copies. Safe for any number of threads.</summary>
/// <param name="owners">Know which silo is here.</param>
internal sealed class CopyChoice(Owners owners)
{
    private const int None = -1;

    /// <summary>Whether an operation may be answered by another copy than the owner.</summary>
    public static bool IsFree(in Operation operation) => operation.Header.Level == ReadLevel.Any && !operation.IsWrite;

    /// <summary>The index of the silo to ask in a snapshot; negative if there is none.</summary>
    /// <param name="cache">The cache.</param>
    /// <param name="operation">The operation.</param>
    /// <param name="snapshot">What is known of the grid.</param>
    /// <param name="prefersOwner">Whether the owner is asked if it answers at all: another copy has just refused.</param>
    /// <remarks>
    /// The copy in this process; else of two copies, drawn at random, that with less under way from here (the power of two choices: Mitzenmacher,
    /// 2001). Silos that have just given no answer are asked if there is no other.
    /// </remarks>
    public int IndexOf(NamedCache cache, in Operation operation, GridSnapshot snapshot, bool prefersOwner)
    {
        var partition = operation.Slot.PartitionOf(snapshot.Map.PartitionCount);
        var owner = snapshot.Map.OwnerOf(partition);
        if (!IsFree(operation) || (prefersOwner && owner >= 0 && !snapshot.Nodes[owner].IsSilent))
        {
            return owner;
        }

        var replicas = snapshot.Map.ReplicasOf(partition);
        var copies = replicas.Length + 1;
        var (first, second) = (None, None);
        var start = Random.Shared.Next(copies);
        for (var turn = 0; turn < copies; turn++)
        {
            var place = (start + turn) % copies;
            var copy = place == replicas.Length ? owner : replicas[place];
            if (copy < 0 || snapshot.Nodes[copy].IsSilent)
            {
                continue;
            }

            if (owners.IsHere(snapshot.Nodes[copy]) && !prefersOwner)
            {
                return copy;
            }

            (first, second) = first == None ? (copy, None) : (first, second == None ? copy : second);
        }

        if (first == None)
        {
            return owner;
        }

        return second != None && snapshot.Nodes[second].LaneOf(cache).Outstanding < snapshot.Nodes[first].LaneOf(cache).Outstanding ? second : first;
    }
}
