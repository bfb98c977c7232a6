namespace Orleans.Cache.Grains.Topology;

/// <summary>
/// Where the grid's record of who owns what is kept: one document with compare-and-swap. Safe for any number of threads and processes.
/// </summary>
internal interface ITopologyStore
{
    /// <summary>Reads what is stored. It is at least as new as every write that was answered before the call.</summary>
    /// <returns>The record, or <see langword="null"/> when nothing has been stored yet.</returns>
    ValueTask<StoredTopology?> ReadAsync(CancellationToken cancellationToken);

    /// <summary>Stores a record under the next version, if the version stored is still the expected one.</summary>
    /// <remarks>
    /// Any exception, a cancellation included, leaves open whether the record was stored: a connection may break after the store has written and
    /// before it could say so. Read to find out. The implementation never repeats a write, since the repetition of one that was done would be refused.
    /// </remarks>
    /// <param name="content">The record. Copied or sent before the call completes.</param>
    /// <param name="expectedVersion">The version that was read, or 0 when nothing has been stored yet. The record is stored under the version after it.</param>
    /// <param name="cancellationToken">Gives up waiting for the answer.</param>
    /// <returns><see langword="false"/>: somebody else has written since; what is stored is unchanged by this call.</returns>
    ValueTask<bool> TryWriteAsync(ReadOnlyMemory<byte> content, long expectedVersion, CancellationToken cancellationToken);
}
