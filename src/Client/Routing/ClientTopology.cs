using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Cache.Contracts.Topology;
using Orleans.Cache.Engine.Topology;

namespace Orleans.Cache.Client.Routing;

/// <summary>
/// The topology of a process outside the cluster: asked from a silo that it knows, or from the topology grain when it knows none that
/// answers. Safe for any number of threads.
/// </summary>
internal sealed partial class ClientTopology : ITopologySource
{
    private readonly SnapshotHolder<GridSnapshot> _holder = new(GridSnapshot.None);
    private readonly Lock _lock = new();
    private readonly IGrainFactory _grains;
    private readonly NodeReferences _references;
    private readonly TimeProvider _time;
    private readonly CacheGridClientOptions _options;
    private readonly ILogger<ClientTopology> _logger;
    private Task<GridSnapshot>? _look;

    public ClientTopology(
        IGrainFactory grains, TimeProvider time, IOptions<CacheGridClientOptions> options, ILogger<ClientTopology> logger)
    {
        _grains = grains;
        _time = time;
        _options = options.Value;
        _logger = logger;
        _references = new NodeReferences(grains, insideCluster: false);
    }

    public GridSnapshot Current => _holder.Current;

    public async ValueTask<GridSnapshot> ConnectAsync(CancellationToken cancellationToken)
    {
        var started = _time.GetTimestamp();
        while (true)
        {
            var snapshot = Current;
            if (!snapshot.IsKnown)
            {
                snapshot = await RefreshAsync(snapshot, cancellationToken).ConfigureAwait(false);
            }

            if (snapshot.IsKnown)
            {
                return snapshot;
            }

            if (_time.GetElapsedTime(started) > _options.OperationTimeout)
            {
                throw new CacheUnavailableException(
                    $"No silo of the grid answered within {_options.OperationTimeout}; nothing was sent. Check that silos run, and that Gateways names them: {string.Join(", ", _options.Gateways)}.");
            }

            await Task.Delay(_options.RetryDelay, _time, cancellationToken).ConfigureAwait(false);
        }
    }

    public async ValueTask<GridSnapshot> RefreshAsync(GridSnapshot than, CancellationToken cancellationToken)
    {
        if (Current.Version > than.Version)
        {
            return Current;
        }

        Task<GridSnapshot> look;
        lock (_lock)
        {
            look = _look is { IsCompleted: false } running ? running : _look = LookAsync();
        }

        return await look.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task<GridSnapshot> LookAsync()
    {
        // Leave the caller's lock before the first call.
        await Task.Yield();
        var known = Current;
        try
        {
            var message = await AskAnySiloAsync(known).ConfigureAwait(false)
                ?? await _grains.GetGrain<ITopologyGrain>(0).GetAsync(known.Version).ConfigureAwait(false);
            if (message is { Nodes.Length: > 0 })
            {
                _holder.TryUpdate(new GridSnapshot(message, _references));
            }
        }
#pragma warning disable CA1031 // Whatever failed, the caller goes on with what is known until its own deadline.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogLookFailed(exception);
        }

        return Current;
    }

    private async Task<TopologyMessage?> AskAnySiloAsync(GridSnapshot known)
    {
        if (known.Nodes.Count == 0)
        {
            return null;
        }

        var node = known.Nodes[Random.Shared.Next(known.Nodes.Count)];
        try
        {
            return await node.Door.GetTopologyAsync(known.Version).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // The silo may be gone: the topology grain is asked next.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogSiloSilent(node.Descriptor.Name, exception);
            return null;
        }
    }

    [LoggerMessage(EventIds.TopologyLookFailed, LogLevel.Debug, "The grid could not be asked for its topology.")]
    private partial void LogLookFailed(Exception exception);

    [LoggerMessage(EventIds.TopologySiloSilent, LogLevel.Debug, "Silo {Silo} did not answer the question for the topology.")]
    private partial void LogSiloSilent(string silo, Exception exception);
}
