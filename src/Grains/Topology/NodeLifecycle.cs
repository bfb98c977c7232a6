using Microsoft.Extensions.Logging;
using Orleans.Cache.Contracts.Topology;
using Orleans.Cache.Engine.Copies;
using Orleans.Cache.Grains.Events;
using Orleans.Cache.Grains.Partitions;
using Orleans.Cache.Grains.Snapshots;

namespace Orleans.Cache.Grains.Topology;

/// <summary>
/// Brings the silo into the grid when Orleans has started it, follows the map and keeps the topology grain informed of the membership, and
/// before Orleans stops the silo has others take over what it holds, and takes it out of the grid.
/// </summary>
/// <remarks>
/// Before, not while: the first thing that Orleans does when a silo stops is to have its clients strike the silo's gateway off their lists. What is
/// sent straight to that gateway afterwards is handed to another silo, which connects to it as to a silo: those calls are lost, and what silos send
/// the one that is leaving goes the same way.
/// </remarks>
internal sealed partial class NodeLifecycle(
    NodeTopology topology,
    IGrainFactory grains,
    IClusterMembershipService membership,
    MapFollower follower,
    PartitionCopies copies,
    SnapshotSchedule snapshots,
    EventPublisher events,
    TimeProvider time,
    ILogger<NodeLifecycle> logger) : ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(200);

    // Longer than clients take to learn of a map by the answer to a call; they tell other silos nothing else meanwhile.
    private static readonly TimeSpan Silence = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan LongestFarewell = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan LongestLeave = TimeSpan.FromSeconds(5);

    // A silo stops at this stage before Orleans' own parts do; it joins with them, since start-up tasks may use the grid.
    private const int AfterActive = ServiceLifecycleStage.Active + 1;

    private readonly CancellationTokenSource _stopping = new();
    private Task _watch = Task.CompletedTask;
    private Task _follow = Task.CompletedTask;

    private ITopologyGrain Grain => grains.GetGrain<ITopologyGrain>(0);

    public void Participate(ISiloLifecycle observer)
    {
        // Stages are stopped from the last to the first, each when the one behind it has stopped. A start that was cut short has only the first of these.
        observer.Subscribe(nameof(NodeLifecycle), ServiceLifecycleStage.Active, StartAsync, StopAsync);
        observer.Subscribe(nameof(NodeLifecycle), AfterActive, static _ => Task.CompletedTask, StopAsync);
    }

    public void Dispose() => _stopping.Dispose();

    private async Task StartAsync(CancellationToken cancellationToken)
    {
        _follow = follower.RunAsync(_stopping.Token);
        await JoinAsync(cancellationToken);
        _watch = WatchMembershipAsync(_stopping.Token);
    }

    private async Task JoinAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                var reply = await Grain.JoinAsync(topology.ToDescriptor(), membership.CurrentSnapshot.Version.Value);
                if (reply.Refusal is { } refusal)
                {
                    throw new CacheGridStartException(refusal);
                }

                topology.Take(reply.Topology!);
                topology.Joined = true;
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
        var joined = topology.Joined;
        topology.Joined = false;

        // A token that is cancelled from the start means that the silo goes down at once.
        if (joined && !cancellationToken.IsCancellationRequested)
        {
            await DrainAsync(cancellationToken);

            // Leaving in order is to say that nothing is served here any more: others need not wait for this silo's tenures then.
            copies.Seal();
            await snapshots.FinishAsync(cancellationToken);
            await events.FinishAsync();
        }

        await _stopping.CancelAsync();
        await _watch;
        await _follow;
        if (joined && !cancellationToken.IsCancellationRequested)
        {
            await LeaveAsync(cancellationToken);
            await LetCallersGoAsync(cancellationToken);
        }
    }

    /// <summary>
    /// Answers callers who do not know yet that the silo has left: each answer tells them of the newer map. When Orleans closes the doors what is
    /// on its way is lost, and some of that was perhaps done.
    /// </summary>
    private async Task LetCallersGoAsync(CancellationToken cancellationToken)
    {
        var leftAt = time.GetTimestamp();
        while (topology.Current.Message is { Nodes.Length: > 0 }
            && time.GetElapsedTime(leftAt) < LongestFarewell
            && time.GetElapsedTime(Math.Max(leftAt, topology.CalledAt)) < Silence
            && !cancellationToken.IsCancellationRequested)
        {
            await Task.Delay(Silence / 10, time, CancellationToken.None);
        }
    }

    /// <summary>Has others take over what this silo holds, for as long as the options allow.</summary>
    private async Task DrainAsync(CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(topology.Settings.DrainTimeout);
        try
        {
            await TellDrainAsync(deadline.Token);
            LogDraining(topology.Settings.Name);
            var snapshot = topology.Current;
            while (!NodeDrain.IsOver(snapshot, topology.LocalSilo))
            {
                snapshot = await topology.WaitForAsync(snapshot.Version + 1, deadline.Token);
            }

            LogDrained(topology.Settings.Name, NodeDrain.CountHeld(snapshot, topology.LocalSilo));
        }
        catch (OperationCanceledException)
        {
            LogDrainEnded(topology.Settings.Name, NodeDrain.CountHeld(topology.Current, topology.LocalSilo));
        }
    }

    private async Task TellDrainAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await Grain.DrainAsync(topology.ToDescriptor()).AsTask().WaitAsync(cancellationToken);
                return;
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                LogCheckFailed(exception);
                await Task.Delay(RetryDelay, time, cancellationToken);
            }
        }
    }

    private async Task LeaveAsync(CancellationToken cancellationToken)
    {
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

    [LoggerMessage(EventIds.Draining, LogLevel.Information, "Silo {Silo} is leaving the grid: others take over what it holds.")]
    private partial void LogDraining(string silo);

    [LoggerMessage(EventIds.Drained, LogLevel.Information, "Silo {Silo} has nothing to wait for any more; {Partitions} partitions end with it, because no silo stays that could take them.")]
    private partial void LogDrained(string silo, int partitions);

    [LoggerMessage(EventIds.DrainEnded, LogLevel.Warning, "Silo {Silo} stops though it holds {Partitions} partitions still: the time to drain is over. Those without another copy are lost. Allow more by Cache:Replication:DrainTimeout and the host's ShutdownTimeout.")]
    private partial void LogDrainEnded(string silo, int partitions);
}
