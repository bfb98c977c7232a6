using Orleans.Cache.Contracts.Replication;
using Orleans.Cache.Engine.Replication.Format;

namespace Orleans.Cache.Grains.Replication;

/// <summary>One run of another silo, and the ways to it and from it.</summary>
/// <param name="Address">Its address.</param>
/// <param name="Run">The run.</param>
/// <param name="Door">Where it is called.</param>
/// <param name="Link">For all messages but chunks.</param>
/// <param name="Chunks">For chunks that fill copies: what is said beside them must not wait for megabytes.</param>
internal sealed record Peer(SiloAddress Address, long Run, IReplicationNode Door, PeerLink Link, PeerLink Chunks)
{
    /// <summary>What has come of a large message of it. Gone with it: up to a hundred megabytes would wait for a silo that never comes back.</summary>
    public FragmentAssembler Fragments { get; } = new();

    /// <summary>The same of chunks.</summary>
    public FragmentAssembler ChunkFragments { get; } = new();

    /// <summary>Drops what waits for it: the run has left the grid.</summary>
    public void End()
    {
        Link.End();
        Chunks.End();
    }
}
