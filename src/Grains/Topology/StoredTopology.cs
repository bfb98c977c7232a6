namespace Orleans.Cache.Grains.Topology;

/// <summary>The grid's record as <see cref="ITopologyStore"/> keeps it.</summary>
/// <param name="Version">1 for the first record; each write adds 1.</param>
/// <param name="Content">The record. Its reader owns it.</param>
internal sealed record StoredTopology(long Version, byte[] Content);
