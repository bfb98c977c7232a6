using Orleans.Cache.Client.Routing;

namespace Orleans.Cache.Client.Lanes;

/// <summary>
/// The way to one silo for all callers of a process. The seam where calls that are made at the same time can share a message: a caller
/// hands over its operations and does not know what else travels with them.
/// </summary>
internal interface ILane
{
    /// <summary>Sends operations and waits for their results, which are written to the positions that belong to them.</summary>
    /// <param name="cache">The cache's name.</param>
    /// <param name="operations">All operations of the call.</param>
    /// <param name="positions">Those that go to this silo.</param>
    /// <param name="results">The results of the call, by position.</param>
    /// <param name="mapVersion">The version of the map that the operations were routed by.</param>
    /// <param name="cancellationToken">Ends the wait; the operations may still be executed.</param>
    /// <returns>The version of the map that the silo has.</returns>
    /// <exception cref="CacheRequestException">The silo refused the whole batch.</exception>
    ValueTask<long> SendAsync(
        string cache,
        Operation[] operations,
        IReadOnlyList<int> positions,
        OperationResult[] results,
        long mapVersion,
        CancellationToken cancellationToken);
}
