#pragma warning disable CS9113, CS0067, CA1822 // A skeleton: the members are written next.
using Orleans.Cache.Engine.Replication;
using Orleans.Cache.Engine.Replication.Messages;
using Orleans.Cache.Engine.Shards;

namespace Orleans.Cache.Engine.Copies;

/// <summary>All copies of partitions on this silo: the shards of each under its replication core, behind one lock for each partition. Safe for any number of threads.</summary>
internal sealed class PartitionCopies(ShardHost shards, ReplicationSettings settings, ICopyNetwork network, TimeProvider time)
{
    /// <summary>Begins: from now on this silo has copies. Called once, when the grid has given the silo its number.</summary>
    /// <param name="node">The silo's number; the same in all its runs.</param>
    /// <param name="run">Above 0 and higher in each run: incarnations begin at <c>run &lt;&lt; 20</c>.</param>
    public void Start(int node, long run) => throw new NotImplementedException();

    /// <summary>Where a partition should be, by the wanted map. Makes a copy where this node is wanted and has none.</summary>
    public void Want(int partition, WantedCopies wanted) => throw new NotImplementedException();

    /// <summary>Takes a message of another node's copy; of a partition that has no copy here, a new one begins if the message is an owner's.</summary>
    public void Receive(int partition, PeerMessage message) => throw new NotImplementedException();

    /// <summary>Takes an answer of the authority.</summary>
    public void Receive(int partition, AuthorityReply reply) => throw new NotImplementedException();

    /// <summary>Does what is due in all copies. Called a few times per beat. Copies that are idle and not wanted any more are dropped here, with their entries.</summary>
    public void Tick() => throw new NotImplementedException();

    public CopyStatus StatusOf(int partition) => throw new NotImplementedException();

    /// <summary>A copy's role, or whether it serves, changed. Raised without locks.</summary>
    public event Action<int>? Changed;
}
