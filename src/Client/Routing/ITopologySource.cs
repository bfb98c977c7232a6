namespace Orleans.Cache.Client.Routing;

/// <summary>Where a process has its topology from: a client asks the grid, a silo is told.</summary>
internal interface ITopologySource
{
    /// <summary>A newer topology took the place of an older one. Handlers must be quick.</summary>
    event Action<GridSnapshot, GridSnapshot>? Changed;

    /// <summary>The newest snapshot that this process has; <see cref="GridSnapshot.None"/> before the first contact.</summary>
    GridSnapshot Current { get; }

    /// <summary>Makes the first contact, if there was none yet.</summary>
    /// <exception cref="CacheUnavailableException">The grid cannot be reached, or has no silo that is ready.</exception>
    ValueTask<GridSnapshot> ConnectAsync(CancellationToken cancellationToken);

    /// <summary>Looks for a newer snapshot than a given one. Calls at the same time share one look.</summary>
    /// <param name="than">What the caller was routed by.</param>
    /// <param name="cancellationToken">Ends the wait, not the look.</param>
    /// <returns>The newest snapshot, which may still be the given one; a look that failed is not an error.</returns>
    ValueTask<GridSnapshot> RefreshAsync(GridSnapshot than, CancellationToken cancellationToken);
}
