using Orleans.Cache.Contracts.Nodes;
using Orleans.Concurrency;
using Orleans.Services;

namespace Orleans.Cache.Contracts.Topology;

/// <summary>
/// Another door of a silo, for silos only: under development clustering the silo that keeps the membership keeps the grid's record too. The
/// same service as <see cref="ICacheNode"/>, under the same id.
/// </summary>
[Alias("orleans.cache.topology-store-node")]
public interface ITopologyStoreNode : IGrainService
{
    /// <summary>What is stored, or <see langword="null"/> when nothing is yet.</summary>
    [Alias("read")]
    [AlwaysInterleave]
    [ResponseTimeout("00:00:02")]
    ValueTask<StoredTopologyMessage?> ReadTopologyAsync();

    /// <summary>Stores a record as the next version, if the version stored is still the expected one.</summary>
    /// <param name="content">The record.</param>
    /// <param name="expectedVersion">0 when nothing has been stored yet.</param>
    /// <returns>Whether it was stored.</returns>
    [Alias("write")]
    [AlwaysInterleave]
    [ResponseTimeout("00:00:02")]
    ValueTask<bool> TryWriteTopologyAsync(byte[] content, long expectedVersion);
}
