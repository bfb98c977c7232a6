using Orleans.Cache.Engine.Replication.Format;

namespace Orleans.Cache.Grains.Replication;

/// <summary>One run of another silo, and the way to it.</summary>
internal sealed record Peer(SiloAddress Address, long Run, PeerLink Link)
{
    /// <summary>What has come of a large message of it. Gone with it: up to a hundred megabytes would wait for a silo that never comes back.</summary>
    public FragmentAssembler Fragments { get; } = new();
}
