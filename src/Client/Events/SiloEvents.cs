using Microsoft.Extensions.Logging;
using Orleans.Cache.Client.Routing;
using Orleans.Cache.Contracts.Events;
using Orleans.Cache.Engine.Events;
using Orleans.Streams;

namespace Orleans.Cache.Client.Events;

/// <summary>
/// Follows the events of one silo, for all readers of this process by one subscription: asks the silo for its stream, subscribes, and asks
/// again when it hears nothing.
/// </summary>
internal sealed partial class SiloEvents : IAsyncObserver<EventsMessage>, IAsyncDisposable
{
    /// <summary>Silos say once a second that they are there.</summary>
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly EventStreams _streams;
    private readonly ILogger _logger;
    private readonly bool _isFollowedFromStart;
    private readonly SiloSequence _sequence;
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource<EventStreamReply?> _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile RoutedNode _node;
    private volatile TaskCompletionSource _moved = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private StreamSubscriptionHandle<EventsMessage>? _subscription;
    private string? _key;
    private Task _loop = Task.CompletedTask;
    private long _heardAt;
    private long _askedAt;
    private bool _hasFailed;
    private bool _mayHaveMissed;

    public SiloEvents(RoutedNode node, EventStreams streams, bool isFollowedFromStart, ILogger logger)
    {
        _node = node;
        _streams = streams;
        _logger = logger;
        _isFollowedFromStart = isFollowedFromStart;
        _sequence = new SiloSequence(isFollowedFromStart);
    }

    /// <summary>What the silo has said of its events, once it is listened to; <see langword="null"/> where that did not succeed at once.</summary>
    public Task<EventStreamReply?> Begun => _begun.Task;

    /// <summary>Whether the silo is no longer in the grid; of <see cref="EventStreams"/>.</summary>
    public bool IsGone { get; set; }

    /// <summary>Whether the silo's last run has said that it ends.</summary>
    public bool IsOver
    {
        get
        {
            lock (_lock)
            {
                return _sequence.IsOver;
            }
        }
    }

    /// <summary>Begins to follow.</summary>
    public void Start() => _loop = Task.Run(RunAsync);

    /// <summary>The silo's newest run.</summary>
    public void Use(RoutedNode node)
    {
        if (node != _node)
        {
            _node = node;
            _moved.TrySetResult();
        }
    }

    /// <summary>Ends the following, and the subscription.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _loop.ConfigureAwait(false);
        await TryUnsubscribeAsync(_subscription).ConfigureAwait(false);
        _stopping.Dispose();
    }

    /// <inheritdoc/>
    public Task OnNextAsync(EventsMessage item, StreamSequenceToken? token = null)
    {
        Volatile.Write(ref _heardAt, _streams.Time.GetTimestamp());
        lock (_lock)
        {
            if (_sequence.TryTake(item, out var skip, out var missed))
            {
                if (missed != 0)
                {
                    _streams.TellMissed(item.Silo, missed);
                }

                Tell(item, skip);
            }
        }

        if (item.Mark == EventsMark.Moved)
        {
            _moved.TrySetResult();
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task OnErrorAsync(Exception ex) => Task.CompletedTask;

    private void Tell(EventsMessage message, int skip)
    {
        ReadOnlySpan<byte> left = message.Events;
        for (var index = 0; index < message.Count && EventRecord.TryRead(left, out var record); index++)
        {
            if (index >= skip && record.Cache < message.Caches.Length)
            {
                _streams.Tell(message.Silo, message.Caches[record.Cache], record);
            }

            left = left[record.Size..];
        }
    }

    private async Task RunAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                await FollowAsync().ConfigureAwait(false);
                _hasFailed = false;
            }
#pragma warning disable CA1031 // Whatever failed, it is tried again until the silo has left the grid.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                if (!_hasFailed && !_stopping.IsCancellationRequested)
                {
                    LogFailed(_node.Descriptor.Name, exception);
                }

                _hasFailed = true;
                _mayHaveMissed |= _subscription is null;
                _begun.TrySetResult(null);
                await Task.Delay(Pause, _streams.Time, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        _begun.TrySetResult(null);
    }

    /// <summary>Asks where the silo sends its events, listens there, and returns when it should be asked again.</summary>
    private async Task FollowAsync()
    {
        _moved = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var isSilent = _subscription is not null && _streams.Time.GetElapsedTime(Volatile.Read(ref _heardAt)) >= LongestSilence;
        var reply = await AskAsync(isSilent ? _key : null).ConfigureAwait(false);
        if (reply.Caches.Length > 0 && (reply.Key != _key || _subscription is null))
        {
            await SubscribeAsync(reply).ConfigureAwait(false);

            // Only now: what has a number from here on is sent after the stream knows of this process.
            reply = await AskAsync(silent: null).ConfigureAwait(false);
            lock (_lock)
            {
                _sequence.Begin(reply.Run, reply.Next);
            }

            if (_mayHaveMissed && !_isFollowedFromStart)
            {
                // Somebody has begun to read without hearing this silo.
                _streams.TellMissed(_node.Descriptor.Name, null);
            }

            _mayHaveMissed = false;
        }

        _begun.TrySetResult(reply);
        _askedAt = _streams.Time.GetTimestamp();
        await WaitForSilenceAsync().ConfigureAwait(false);
    }

    private async Task<EventStreamReply> AskAsync(string? silent)
    {
        var node = _node;
        var reply = await node.Door.GetEventStreamAsync(new EventStreamRequest(node.Descriptor.Address, silent)).AsTask()
            .WaitAsync(Patience, _streams.Time, _stopping.Token).ConfigureAwait(false);
        return reply.Provider is null ? throw new InvalidOperationException($"Another silo answered than {node.Descriptor.Address}.") : reply;
    }

    private async Task SubscribeAsync(EventStreamReply reply)
    {
        if (_streams.FindProvider(reply.Provider!) is not { } provider)
        {
            _begun.TrySetResult(reply);
            throw CacheRequestException.NoStreamProvider(reply.Provider!);
        }

        var before = _subscription;
        var subscribing = provider.GetStream<EventsMessage>(StreamId.Create(EventStreamReply.Namespace, reply.Key)).SubscribeAsync(this);
        try
        {
            _subscription = await subscribing.WaitAsync(Patience, _streams.Time, _stopping.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
        {
            // It may come about still, and nobody would end it.
            _ = subscribing.ContinueWith(late => TryUnsubscribeAsync(late.Result), CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
            throw;
        }

        _key = reply.Key;
        Volatile.Write(ref _heardAt, _streams.Time.GetTimestamp());
        if (before is not null)
        {
            // What is on its way there has been heard by then, or is found missing.
            _ = Task.Delay(LongestSilence, _streams.Time).ContinueWith(_ => TryUnsubscribeAsync(before), TaskScheduler.Default);
        }
    }

    private async Task WaitForSilenceAsync()
    {
        while (!_stopping.IsCancellationRequested && !_moved.Task.IsCompleted)
        {
            var left = LongestSilence - _streams.Time.GetElapsedTime(Math.Max(_askedAt, Volatile.Read(ref _heardAt)));
            if (left <= TimeSpan.Zero)
            {
                return;
            }

            await _moved.Task.WaitAsync(left, _streams.Time, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task TryUnsubscribeAsync(StreamSubscriptionHandle<EventsMessage>? subscription)
    {
        if (subscription is not null)
        {
            await subscription.UnsubscribeAsync().WaitAsync(Patience, _streams.Time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    [LoggerMessage(EventIds.EventsFailed, LogLevel.Warning, "The events of silo {Silo} cannot be followed; it is tried again.")]
    private partial void LogFailed(string silo, Exception exception);
}
