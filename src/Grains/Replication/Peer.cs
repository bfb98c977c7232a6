namespace Orleans.Cache.Grains.Replication;

/// <summary>One run of another silo, and the way to it.</summary>
internal sealed record Peer(SiloAddress Address, long Run, PeerLink Link);
