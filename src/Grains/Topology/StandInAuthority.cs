using Microsoft.Extensions.Logging;
using Orleans.Cache.Client.Routing;
using Orleans.Cache.Contracts.Nodes;
using Orleans.Cache.Contracts.Replication;
using Orleans.Cache.Contracts.Topology;
using Orleans.Cache.Engine.Replication.Format;
using Orleans.Cache.Grains.Replication;

namespace Orleans.Cache.Grains.Topology;

/// <summary>
/// The way of this silo's copies to the authority. The topology grain is asked; while it does not answer, most likely because its silo is gone
/// and nobody has noticed yet, one of the silos decides by itself, over the same record. Safe for any number of threads.
/// </summary>
/// <remarks>
/// Two authorities at a time do no harm: only one can hold the record (<see cref="TopologyAuthority"/>). So a failover need not wait until the
/// membership has declared a silo dead and Orleans has started the grain elsewhere. But they cost time, because each takes the hold from the other: so
/// all silos ask the same one, as far as they agree on which that is.
/// </remarks>
internal sealed partial class StandInAuthority
{
    /// <summary>How long the grain may take for an answer. Longer than a write of the record, shorter than a caller's patience.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(300);

    /// <summary>How long another silo may take that stands in for it: it was there a moment ago.</summary>
    private static readonly TimeSpan PatienceWithSilo = TimeSpan.FromMilliseconds(100);

    /// <summary>How long the grain is left alone then.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    private readonly TaskScheduler _turns = new ConcurrentExclusiveSchedulerPair().ExclusiveScheduler;
    private readonly ITopologyGrain _grain;
    private readonly TopologyAuthority _authority;
    private readonly TopologyPublisher _publisher;
    private readonly TimeProvider _time;
    private readonly ILogger<StandInAuthority> _logger;
    private long _standsInUntil;

    public StandInAuthority(
        IGrainFactory grains, ITopologyStore store, NodeSettings settings, NodeReferences references, TimeProvider time, ILogger<StandInAuthority> logger)
    {
        _grain = grains.GetGrain<ITopologyGrain>(0);
        _time = time;
        _logger = logger;
        _publisher = new TopologyPublisher(references, settings, time, logger);
        _authority = new TopologyAuthority(store, settings.ToReplicationSettings(time), time) { Changed = _publisher.Take };
        _standsInUntil = time.GetTimestamp();
    }

    /// <summary>Asks the grain, or who stands in for it. The caller disposes of the requests when this has ended.</summary>
    /// <param name="requests">What the copies ask.</param>
    /// <param name="findStandIn">Says which silo stands in as things are then; <see langword="null"/> for this one.</param>
    public async ValueTask<BatchBytes> DecideAsync(BatchBytes requests, Func<IReplicationNode?> findStandIn)
    {
        if (_time.GetTimestamp() - Volatile.Read(ref _standsInUntil) >= 0)
        {
            if (await TryAskAsync(_grain.DecideAsync, requests, Patience).ConfigureAwait(false) is { } decided)
            {
                return decided;
            }

            Volatile.Write(ref _standsInUntil, _time.GetTimestamp() + (long)(Pause.TotalSeconds * _time.TimestampFrequency));
        }

        var others = findStandIn() is { } standIn ? await TryAskAsync(standIn.StandInAsync, requests, PatienceWithSilo).ConfigureAwait(false) : null;
        return others ?? await StandInAsync(requests).ConfigureAwait(false);
    }

    /// <summary>Decides by this silo's own authority. The caller disposes of the requests when this has ended.</summary>
    public async ValueTask<BatchBytes> StandInAsync(BatchBytes requests)
    {
        var asked = ReplicationFormat.ReadRequests(requests.Span);
        var replies = await Task.Factory.StartNew(
            () => _authority.DecideAsync(asked).AsTask(), CancellationToken.None, TaskCreationOptions.DenyChildAttach, _turns).Unwrap().ConfigureAwait(false);
        return PacketWriter.RepliesOf(replies);
    }

    private async ValueTask<BatchBytes?> TryAskAsync(Func<BatchBytes, ValueTask<BatchBytes>> decide, BatchBytes requests, TimeSpan patience)
    {
        var call = AskAsync(decide, requests);
        try
        {
            return await call.WaitAsync(patience, _time).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Silent, gone, or without access to the record: another silo may have it.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogSilent(exception);
            _ = call.ContinueWith(static late => late.Result.Dispose(), CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
            return null;
        }
    }

    /// <summary>Asks with bytes of its own: the call may be on its way still when its caller has gone on without it.</summary>
    private static async Task<BatchBytes> AskAsync(Func<BatchBytes, ValueTask<BatchBytes>> decide, BatchBytes requests)
    {
        var sent = BatchBytes.Rent(requests.Length);
        requests.Span.CopyTo(sent.Span);
        var answer = await decide(sent).ConfigureAwait(false);

        // Only now: Orleans sends a request again when its connection breaks. Without an answer the collector takes it.
        sent.Dispose();
        return answer;
    }

    [LoggerMessage(EventIds.StandsIn, LogLevel.Debug, "The authority over the partitions did not answer this silo: the next one is asked.")]
    private partial void LogSilent(Exception exception);
}
