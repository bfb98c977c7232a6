using Orleans.Cache.Contracts.Nodes;
using Orleans.Concurrency;

namespace Orleans.Cache.Contracts.Topology;

/// <summary>
/// Records which silos there are and which owns which partition, and tells everyone. One per grid, with key 0. Its record lies in a store
/// with compare-and-swap, so a second activation does no harm.
/// </summary>
[Alias("orleans.cache.topology-grain")]
public interface ITopologyGrain : IGrainWithIntegerKey
{
    /// <summary>Takes a silo into the grid.</summary>
    /// <param name="node">The silo.</param>
    /// <param name="membershipVersion">The version of the membership that shows it as active.</param>
    [Alias("join")]
    ValueTask<JoinReply> JoinAsync(NodeDescriptor node, long membershipVersion);

    /// <summary>Gives the partitions of a silo to others, because it is going to stop.</summary>
    [Alias("drain")]
    ValueTask DrainAsync(NodeDescriptor node);

    /// <summary>Takes a silo out of the grid before it stops. What it still holds is given up.</summary>
    [Alias("leave")]
    ValueTask LeaveAsync(NodeDescriptor node);

    /// <summary>Compares the grid's silos with the membership, because that has changed.</summary>
    [Alias("check")]
    ValueTask CheckMembershipAsync(long membershipVersion);

    /// <summary>Decides on proposals of copies, and tells what is recorded of their partitions. Questions of many copies come together.</summary>
    /// <param name="requests">As docs/formats/replication.md has them.</param>
    /// <returns>The replies, one for each request.</returns>
    [Alias("decide")]
    [AlwaysInterleave] // Decisions made at the same time are recorded by one write.
    [ResponseTimeout("00:00:02")]
    ValueTask<BatchBytes> DecideAsync(BatchBytes requests);

    /// <summary>The newest topology.</summary>
    /// <param name="knownVersion">The version that the caller has already.</param>
    /// <returns><see langword="null"/> when there is none that is newer.</returns>
    [Alias("get")]
    [AlwaysInterleave] // Reads one reference to an immutable snapshot.
    [ResponseTimeout("00:00:02")]
    ValueTask<TopologyMessage?> GetAsync(long knownVersion);
}
