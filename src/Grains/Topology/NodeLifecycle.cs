using Microsoft.Extensions.Logging;
using Orleans.Cache.Contracts.Topology;

namespace Orleans.Cache.Grains.Topology;

/// <summary>
/// Brings the silo into the grid when Orleans has started it, keeps the topology grain informed of the membership, and takes the silo out
/// of the grid before Orleans stops it.
/// </summary>
internal sealed partial class NodeLifecycle(
    NodeTopology topology,
    IGrainFactory grains,
    IClusterMembershipService membership,
    TimeProvider time,
    ILogger<NodeLifecycle> logger) : ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestLeave = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _stopping = new();
    private Task _watch = Task.CompletedTask;

    private ITopologyGrain Grain => grains.GetGrain<ITopologyGrain>(0);

    public void Participate(ISiloLifecycle observer) =>
        observer.Subscribe(nameof(NodeLifecycle), ServiceLifecycleStage.Active, StartAsync, StopAsync);

    public void Dispose() => _stopping.Dispose();

    private async Task StartAsync(CancellationToken cancellationToken)
    {
        await JoinAsync(cancellationToken);
        _watch = WatchMembershipAsync(_stopping.Token);
    }

    private async Task JoinAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                // From here on a topology grain that starts anew counts this silo in.
                topology.Joined = true;
                var reply = await Grain.JoinAsync(topology.ToDescriptor(), membership.CurrentSnapshot.Version.Value);
                if (reply.Refusal is { } refusal)
                {
                    topology.Joined = false;
                    throw new CacheGridStartException(refusal);
                }

                topology.Take(reply.Topology!);
                LogJoined(topology.Settings.Name, topology.Current.Version);
                return;
            }
            catch (Exception exception) when (exception is not CacheGridStartException && !cancellationToken.IsCancellationRequested)
            {
                LogJoinDelayed(exception);
                await Task.Delay(RetryDelay, time, cancellationToken);
            }
        }
    }

    private async Task WatchMembershipAsync(CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var update in membership.MembershipUpdates.WithCancellation(cancellationToken))
            {
                await CheckAsync(update.Version.Value, cancellationToken);
            }
        }
        catch (OperationCanceledException)
        {
            // The silo stops.
        }
    }

    private async Task CheckAsync(long membershipVersion, CancellationToken cancellationToken)
    {
        // A lost check would leave a dead silo in the map until the next change of the membership.
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await Grain.CheckMembershipAsync(membershipVersion).AsTask().WaitAsync(cancellationToken);
                return;
            }
#pragma warning disable CA1031 // Whatever failed, it is tried again: the grain may have been on the silo that went away.
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
            {
                LogCheckFailed(exception);
                await Task.Delay(RetryDelay, time, cancellationToken);
            }
        }
    }

    private async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _watch;
        var joined = topology.Joined;
        topology.Joined = false;

        // A token that is cancelled from the start means that the silo goes down at once.
        if (!joined || cancellationToken.IsCancellationRequested)
        {
            return;
        }

        try
        {
            await Grain.LeaveAsync(topology.ToDescriptor()).AsTask().WaitAsync(LongestLeave, time, cancellationToken);
            LogLeft(topology.Settings.Name);
        }
#pragma warning disable CA1031 // The silo stops in any case; the others find out from the membership.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogLeaveFailed(exception);
        }
    }

    [LoggerMessage(EventIds.Joined, LogLevel.Information, "Silo {Silo} has joined the grid; the map has version {Version}.")]
    private partial void LogJoined(string silo, long version);

    [LoggerMessage(EventIds.JoinDelayed, LogLevel.Warning, "The silo could not join the grid yet; it tries again.")]
    private partial void LogJoinDelayed(Exception exception);

    [LoggerMessage(EventIds.CheckFailed, LogLevel.Information, "The topology grain could not be told of the membership; the silo tries again.")]
    private partial void LogCheckFailed(Exception exception);

    [LoggerMessage(EventIds.Left, LogLevel.Information, "Silo {Silo} has left the grid.")]
    private partial void LogLeft(string silo);

    [LoggerMessage(EventIds.LeaveFailed, LogLevel.Information, "The silo stops without having left the grid in order.")]
    private partial void LogLeaveFailed(Exception exception);
}
