using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Cache.Contracts.Topology;
using Orleans.Cache.Engine.Topology;

namespace Orleans.Cache.Client.Routing;

/// <summary>
/// The topology that a process routes by. It looks for a newer one at a silo that it knows, or at the topology grain when that silo has
/// none; a silo is told besides, by <see cref="Take"/>. Safe for any number of threads.
/// </summary>
internal sealed partial class TopologySource : ITopologySource
{
    /// <summary>How long one answer is waited for before somebody else is asked.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(50);

    private readonly SnapshotHolder<GridSnapshot> _holder = new(GridSnapshot.None);
    private readonly Lock _lock = new();
    private readonly IGrainFactory _grains;
    private readonly NodeReferences _references;
    private readonly TimeProvider _time;
    private readonly CacheGridClientOptions _options;
    private readonly ILogger<TopologySource> _logger;
    private Task<GridSnapshot>? _look;
    private Task? _question;

    public TopologySource(
        IGrainFactory grains,
        NodeReferences references,
        TimeProvider time,
        IOptions<CacheGridClientOptions> options,
        ILogger<TopologySource> logger)
    {
        _grains = grains;
        _references = references;
        _time = time;
        _options = options.Value;
        _logger = logger;
    }

    /// <inheritdoc/>
    public event Action<GridSnapshot, GridSnapshot>? Changed
    {
        add => _holder.Changed += value;
        remove => _holder.Changed -= value;
    }

    public GridSnapshot Current => _holder.Current;

    /// <summary>Takes a topology from the grid; an older one than this process has is ignored.</summary>
    public void Take(TopologyMessage message)
    {
        if (message.Version > Current.Version)
        {
            _holder.TryUpdate(new GridSnapshot(message, _references));
        }
    }

    /// <summary>Completes with the first snapshot at or above a version.</summary>
    public Task<GridSnapshot> WaitForAsync(long version, CancellationToken cancellationToken) =>
        _holder.WaitForAsync(version, cancellationToken);

    public async ValueTask<GridSnapshot> ConnectAsync(CancellationToken cancellationToken)
    {
        var started = _time.GetTimestamp();
        while (true)
        {
            var snapshot = Current;
            if (!snapshot.IsKnown && _options.OperationTimeout - _time.GetElapsedTime(started) is { Ticks: > 0 } left)
            {
                Task refresh = RefreshAsync(snapshot, cancellationToken).AsTask();
                await refresh.WaitAsync(left, _time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                cancellationToken.ThrowIfCancellationRequested();
                snapshot = Current;
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

            await Task.Delay(_options.Retries.Delay, _time, cancellationToken).ConfigureAwait(false);
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
            if (await AskSilosAsync(known).ConfigureAwait(false) is { Nodes.Length: > 0 } message)
            {
                Take(message);
            }
            else
            {
                await AskGrainAsync(known).ConfigureAwait(false);
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

    /// <summary>
    /// Asks one silo after the other, from a random one on, until one has an answer; those that have just given none come last. Some may be lost,
    /// and callers wait for this, so that none is waited for long.
    /// </summary>
    private async Task<TopologyMessage?> AskSilosAsync(GridSnapshot known)
    {
        var count = known.Nodes.Count;
        var start = count == 0 ? 0 : Random.Shared.Next(count);
        for (var turn = 0; turn < 2 * count; turn++)
        {
            var node = known.Nodes[(start + turn) % count];
            if (node.IsSilent != turn >= count)
            {
                continue;
            }

            try
            {
                return await node.Door.GetTopologyAsync(known.Version).AsTask().WaitAsync(Patience, _time).ConfigureAwait(false);
            }
#pragma warning disable CA1031 // The silo may be gone: the next one is asked.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                node.NoteSilence();
                LogSiloSilent(node.Descriptor.Name, exception);
            }
        }

        return null;
    }

    /// <summary>Asks the topology grain. Its silo may be lost: whoever waits for the answer goes on without, and takes it when it comes.</summary>
    private async Task AskGrainAsync(GridSnapshot known)
    {
        if (_question is not { IsCompleted: false })
        {
            _question = TakeFromGrainAsync(known.Version);
        }

        await _question.WaitAsync(known.IsKnown ? Patience : Timeout.InfiniteTimeSpan, _time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task TakeFromGrainAsync(long version)
    {
        try
        {
            if (await _grains.GetGrain<ITopologyGrain>(0).GetAsync(version).ConfigureAwait(false) is { Nodes.Length: > 0 } message)
            {
                Take(message);
            }
        }
#pragma warning disable CA1031 // Whatever failed, the caller goes on with what is known until its own deadline.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogLookFailed(exception);
        }
    }

    [LoggerMessage(EventIds.TopologyLookFailed, LogLevel.Debug, "The grid could not be asked for its topology.")]
    private partial void LogLookFailed(Exception exception);

    [LoggerMessage(EventIds.TopologySiloSilent, LogLevel.Debug, "Silo {Silo} did not answer the question for the topology.")]
    private partial void LogSiloSilent(string silo, Exception exception);
}
