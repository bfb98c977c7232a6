namespace Orleans.Cache.Cli.Connection;

/// <summary>A client of the grid, for the length of one run.</summary>
internal sealed class GridConnection : IAsyncDisposable
{
    private GridConnection(ICacheGrid grid) => Grid = grid;

    /// <summary>The grid.</summary>
    public ICacheGrid Grid { get; }

    /// <summary>Connects to the grid through whichever of the gateways answer.</summary>
    /// <exception cref="CacheUnavailableException">None of them answers.</exception>
    public static async Task<GridConnection> OpenAsync(IReadOnlyList<GatewayAddress> gateways, CancellationToken cancellationToken)
    {
        var answering = await GatewayProbe.FindAnsweringAsync(gateways, cancellationToken);
        if (answering.Count == 0)
        {
            throw Unreachable(gateways);
        }

        throw new CacheUnavailableException("This build of ocache has no client yet.");
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static CacheUnavailableException Unreachable(IReadOnlyList<GatewayAddress> gateways) => new(
        $"no grid answers at {string.Join(", ", gateways)}. Start one with 'dotnet run --project src/Silo', or name another with --gateway host:port.");
}
