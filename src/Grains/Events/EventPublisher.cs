using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Cache.Contracts.Events;
using Orleans.Cache.Engine.Events;
using Orleans.Cache.Engine.Shards;
using Orleans.Cache.Grains.Topology;
using Orleans.Streams;

namespace Orleans.Cache.Grains.Events;

/// <summary>
/// Sends this silo's events on its stream, in the order in which they happened, and once a second says that it is there when nothing happens. What the stream provider does
/// not take is lost, and counted: no write waits for it.
/// </summary>
/// <remarks>
/// The numbers of what is lost are used up, so whoever reads finds a gap. A message that failed is not sent again: it may have arrived.
/// </remarks>
internal sealed partial class EventPublisher(
    ShardHost shards, NodeTopology topology, IServiceProvider services, EventStatus status, EventMetrics metrics, TimeProvider time, ILogger<EventPublisher> logger)
    : ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    /// <summary>Events are gathered for so long.</summary>
    private static readonly TimeSpan Linger = TimeSpan.FromMilliseconds(5);

    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestFarewell = TimeSpan.FromSeconds(2);

    /// <summary>A stream that somebody hears nothing on is left for another one at most so often.</summary>
    private static readonly TimeSpan ShortestStream = TimeSpan.FromSeconds(5);

    private readonly EventBuffer? _buffer = shards.Settings.Events;
    private readonly string _provider = services.EventStreamProviderOf(topology.Settings.EventStreamProvider);
    private readonly string[] _caches = shards.Settings.CachesWithEvents;
    private readonly CancellationTokenSource _stopping = new();
    private volatile bool _mustFinish;
    private Task _loop = Task.CompletedTask;
    private ReadOnlyMemory<byte> _left;
    private int _lostBehind;
    private volatile string _key = topology.Settings.Name;
    private volatile bool _mustMove;
    private long _movedAt = time.GetTimestamp();
    private long _sentAt;
    private long _next = 1;
    private long _run;

    /// <summary>Says where events are sent.</summary>
    /// <param name="silent">The key of a stream on which nothing is heard. If it is the stream in use, and messages do get away, then another is begun soon.</param>
    public EventStreamReply Describe(string? silent)
    {
        if (silent is not null && silent == _key && status.Problem is null && time.GetElapsedTime(Volatile.Read(ref _movedAt)) > ShortestStream)
        {
            _mustMove = true;
        }

        return new EventStreamReply(_provider, _key, Volatile.Read(ref _run), Volatile.Read(ref _next), _caches);
    }

    public void Participate(ISiloLifecycle observer) =>
        // Ends after the silo has left the grid.
        observer.Subscribe(nameof(EventPublisher), ServiceLifecycleStage.BecomeActive, StartAsync, StopAsync);

    /// <summary>Sends what is left, and that this was all. Nothing may happen on the silo any more.</summary>
    public async Task FinishAsync()
    {
        _mustFinish = true;
        await _stopping.CancelAsync();
        await _loop.WaitAsync(LongestFarewell, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Dispose() => _stopping.Dispose();

    private Task StartAsync(CancellationToken cancellationToken)
    {
        _loop = _buffer is null ? Task.CompletedTask : Task.Run(() => RunAsync(_buffer), CancellationToken.None);
        return Task.CompletedTask;
    }

    private async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _loop.WaitAsync(LongestFarewell, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task RunAsync(EventBuffer buffer)
    {
        using var timer = new PeriodicTimer(Linger, time);
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                await timer.WaitForNextTickAsync(_stopping.Token);
                if (_run != 0 || TryBegin())
                {
                    await SendAsync(buffer);
                }

                if (status.Problem is not null)
                {
                    await Task.Delay(Pause, time, _stopping.Token);
                }
            }
            catch (OperationCanceledException)
            {
                // The silo stops.
            }
        }

        if (_run != 0 && _mustFinish && status.Problem is null && await SendAsync(buffer))
        {
            await TrySendAsync([], 0, 0, EventsMark.Last);
        }
    }

    private bool TryBegin()
    {
        var self = topology.Joined ? topology.Current.Message?.Nodes.FirstOrDefault(node => node.Address.Equals(topology.LocalSilo)) : null;
        Volatile.Write(ref _run, self?.Run ?? 0);
        return _run != 0;
    }

    /// <summary>Sends what there is, or that there is nothing.</summary>
    /// <returns>Whether all of it got away.</returns>
    private async Task<bool> SendAsync(EventBuffer buffer)
    {
        if (_mustMove && !await TryMoveAsync())
        {
            return false;
        }

        // What was lost behind the last run is told first: here it would be forgotten.
        if (_left.IsEmpty && _lostBehind == 0 && !buffer.IsEmpty)
        {
            (_left, _, _lostBehind) = buffer.Take();
        }

        while (!_left.IsEmpty)
        {
            var page = EventPages.Next(ref _left, out var count, out var taken);
            if (!await TrySendAsync(page, count, taken, EventsMark.None))
            {
                return false;
            }
        }

        if (_lostBehind > 0)
        {
            metrics.OnLost(_lostBehind);
            Volatile.Write(ref _next, _next + _lostBehind);
            _lostBehind = 0;
        }

        return time.GetElapsedTime(_sentAt) < Beat || await TrySendAsync([], 0, 0, EventsMark.None);
    }

    /// <summary>Goes on with a stream of another key: what the provider knew of the subscribers of this one was lost, with a silo for example.</summary>
    private async Task<bool> TryMoveAsync()
    {
        var old = _key;
        _key = $"{topology.Settings.Name}/{Guid.NewGuid():N}";
        _mustMove = false;
        Volatile.Write(ref _movedAt, time.GetTimestamp());

        // Those who hear the old one still need not find out by its silence.
        return await TrySendAsync([], 0, 0, EventsMark.Moved, old);
    }

    /// <param name="page">Records of events.</param>
    /// <param name="count">How many.</param>
    /// <param name="taken">How many there were before those that say the same were left out.</param>
    /// <param name="mark">What else there is to say.</param>
    /// <param name="key">The stream, if not the one in use.</param>
    private async Task<bool> TrySendAsync(byte[] page, int count, int taken, EventsMark mark, string? key = null)
    {
        var message = new EventsMessage(topology.Settings.Name, _run, _next, count, _caches, page, mark);

        // Before it leaves: whoever asks for the next number is told what it surely gets. And if it fails it may have arrived all the same.
        Volatile.Write(ref _next, _next + count);
        try
        {
            var provider = services.GetKeyedService<IStreamProvider>(_provider)
                ?? throw new InvalidOperationException($"The silo has no stream provider '{_provider}'. Add one under this name, or name another by Cache:Events:StreamProvider.");
            await provider.GetStream<EventsMessage>(StreamId.Create(EventStreamReply.Namespace, key ?? _key)).OnNextAsync(message).WaitAsync(Patience, time);
            _sentAt = time.GetTimestamp();
            metrics.OnPublished(count);
            if (status.Problem is not null)
            {
                status.Problem = null;
                LogGoodAgain();
            }

            return true;
        }
#pragma warning disable CA1031 // Whatever a provider throws, the grid serves on.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            metrics.OnLost(taken);
            if (status.Problem is null)
            {
                LogFailed(exception);
            }

            status.Problem = exception.Message;
            return false;
        }
    }

    [LoggerMessage(EventIds.EventsFailed, LogLevel.Error, "The stream provider does not take what happens in caches. The caches are served on; until it does events are lost, and counted as orleans.cache.events.lost.")]
    private partial void LogFailed(Exception exception);

    [LoggerMessage(EventIds.EventsGoodAgain, LogLevel.Information, "The stream provider takes what happens in caches again.")]
    private partial void LogGoodAgain();
}
