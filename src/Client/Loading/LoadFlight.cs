using System.Buffers.Binary;
using Microsoft.Extensions.Logging;
using Orleans.Cache.Client.Caching;
using Orleans.Cache.Client.Routing;
using Orleans.Cache.Client.Telemetry;
using Orleans.Cache.Contracts.Loading;
using Orleans.Cache.Engine.Loading;
using Orleans.Cache.Engine.Memory;

namespace Orleans.Cache.Client.Loading;

/// <summary>One load of a key for all its callers in this process. Ends by itself, whether they wait or not.</summary>
/// <remarks>
/// 1. Asks the key's owner for the lease. While another process has it, this one waits there, and reads the value when it is stored.
/// 2. With the lease it asks the source, renewing the lease meanwhile, and stores the value under the lease's token.
/// 3. A load in the background for which nobody waits ends where another process loads already.
/// </remarks>
internal sealed partial class LoadFlight<T>
{
    private readonly TaskCompletionSource<T> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private readonly CacheLoader _loader;
    private readonly LoadOrder<T> _order;
    private readonly TimeProvider _time;
    private CacheEntry _older;
    private bool _isAwaited;
    private bool _isClosed;

    public LoadFlight(CacheLoader loader, LoadOrder<T> order, bool isAwaited)
    {
        _loader = loader;
        _order = order;
        _time = loader.All.Time;
        _older = order.Older;
        _isAwaited = isAwaited;
        Id = new LoadKey(order.Key, typeof(T));
    }

    public LoadKey Id { get; }

    /// <summary>The value, or why there is none.</summary>
    public Task<T> Result => _result.Task;

    /// <summary>Waits for it too.</summary>
    /// <returns><see langword="false"/> when it ends without a value, because nobody waited so far.</returns>
    public bool TryJoin()
    {
        lock (_lock)
        {
            _isAwaited |= !_isClosed;
            return !_isClosed;
        }
    }

    /// <summary>Begins. The factory's code before its first await runs elsewhere too, so that no caller is bound to it.</summary>
    public void Start() => _ = Task.Run(RunAsync);

    private async Task RunAsync()
    {
        var frame = LoadFrame.Enter(_loader, _order.Key, _isAwaited);
        try
        {
            var value = await FindAsync().ConfigureAwait(false);
            _loader.Remove(this);
            _result.SetResult(value);
        }
#pragma warning disable CA1031 // Whatever it is, it is for the callers.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _loader.Remove(this);
            _result.SetException(exception);

            // Nobody may be waiting any more.
            _ = _result.Task.Exception;
        }
        finally
        {
            frame.End();
        }
    }

    private async Task<T> FindAsync()
    {
        var key = _order.Key;
        var patience = _order.Settings.HardTimeout;
        var began = _time.GetTimestamp();
        while (true)
        {
            var reply = await _loader.Owner.AskAsync(key, _older.Version, Volatile.Read(ref _isAwaited), CancellationToken.None).ConfigureAwait(false);
            switch (reply.Answer)
            {
                case LoadAnswer.Granted or LoadAnswer.Full:
                    return await LoadAsync(reply).ConfigureAwait(false);
                case LoadAnswer.Look:
                    var entry = await _loader.ReadAgainAsync(key, CancellationToken.None).ConfigureAwait(false);
                    if (entry is { Found: true, IsStale: false })
                    {
                        _loader.All.Metrics.OnShared(_loader.Cache.Name);
                        _loader.Failures.Remove(key);
                        return _loader.ValueOf<T>(entry);
                    }

                    _older = entry;
                    break;
                case LoadAnswer.Held when TryClose():
                    return default!;
            }

            if (_time.GetElapsedTime(began) >= patience)
            {
                throw CacheLoadException.WaitedTooLong(patience);
            }
        }
    }

    /// <summary>Ends a load that nobody waits for.</summary>
    private bool TryClose()
    {
        lock (_lock)
        {
            _isClosed = !_isAwaited;
            return _isClosed;
        }
    }

    private async Task<T> LoadAsync(LoadReply lease)
    {
        var isStored = false;
        using var over = new CancellationTokenSource();
        if (lease.Token != LoadTable.NoToken)
        {
            _ = _loader.Owner.KeepAsync(_order.Key, lease, over.Token);
        }

        try
        {
            var began = _time.GetTimestamp();
            var context = NewContext();
            var value = await AskSourceAsync(context, began).ConfigureAwait(false);
            isStored = context.IsStored && await StoreAsync(value, context, lease.Token, _time.GetElapsedTime(began)).ConfigureAwait(false);
            return value;
        }
        finally
        {
            // Neither is waited for: the callers have what they came for.
            await over.CancelAsync().ConfigureAwait(false);
            if (!isStored && lease.Token != LoadTable.NoToken)
            {
                _ = _loader.Owner.ReleaseAsync(_order.Key, lease.Token);
            }
        }
    }

    private CacheLoadContext NewContext()
    {
        var older = _older;
        return new CacheLoadContext(
            _order.Key, older.IsStale ? -older.TimeToLive : null, older.Found ? () => _loader.ValueOf<T>(older) : null);
    }

    private async Task<T> AskSourceAsync(CacheLoadContext context, long began)
    {
        var (key, settings) = (_order.Key, _order.Settings);
        try
        {
            var value = await _loader.Breaker.AskAsync(() => AskInTimeAsync(context)).ConfigureAwait(false);
            _loader.Failures.Remove(key);
            _loader.All.Metrics.OnLoaded(_loader.Cache.Name, LoadMetrics.Loaded, _time.GetElapsedTime(began));
            return value;
        }
        catch (Exception exception)
        {
            var mustRest = _older.Found && settings.FailSafeThrottle > settings.ErrorTimeToLive;
            _loader.Failures.Add(key, exception, mustRest ? settings.FailSafeThrottle : settings.ErrorTimeToLive);
            _loader.All.Metrics.OnLoaded(_loader.Cache.Name, exception is CacheLoadException ? LoadMetrics.Refused : LoadMetrics.Failed, _time.GetElapsedTime(began));
            LogFailed(_loader.All.Logger, _loader.Cache.Name, exception);
            throw;
        }
    }

    private async ValueTask<T> AskInTimeAsync(CacheLoadContext context)
    {
        var timeout = _order.Settings.HardTimeout;
        using var over = new CancellationTokenSource(timeout, _time);
        var asked = _order.Factory(context, over.Token).AsTask();
        try
        {
            return await asked.WaitAsync(over.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            _ = asked.ContinueWith(static asked => asked.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            throw CacheLoadException.TimedOut(timeout);
        }
    }

    /// <summary>Stores a value.</summary>
    /// <returns>Whether the lease is used up.</returns>
    /// <exception cref="CacheRequestException">The value is too large, or the factory's times are out of their range.</exception>
    private async Task<bool> StoreAsync(T value, CacheLoadContext context, long token, TimeSpan duration)
    {
        var settings = _order.Settings;
        var timeToLive = context.TimeToLive ?? (value is null ? settings.NullTimeToLive ?? settings.TimeToLive : settings.TimeToLive);
        if (timeToLive == TimeSpan.Zero)
        {
            return false;
        }

        var mark = new LoadMark((long)settings.Kept.TotalMilliseconds, LoadMark.CostOf(duration), value is null);
        using var buffer = new ValueBuffer();
        buffer.Reset(LoadMark.SizeInBytes);
        BinaryPrimitives.WriteUInt64LittleEndian(buffer.Reserved, mark.Bits);
        Write(value, buffer);
        var options = new CacheSetOptions
        {
            TimeToLive = Shortened(timeToLive),
            SlidingExpiration = context.SlidingExpiration ?? settings.SlidingExpiration,
            Tags = context.Tags ?? settings.Tags,
        };
        var set = OperationFactory.LoadSet(_order.Key, buffer.Whole, token, options, _loader.Limits, _order.Concern);
        OperationResult result;
        try
        {
            result = await _loader.StoreAsync(set).ConfigureAwait(false);
        }
        catch (CacheException exception) when (exception is CacheUnavailableException or CacheOutcomeUnknownException)
        {
            // The callers have waited for the value, and it is here.
            LogNotStored(_loader.All.Logger, _loader.Cache.Name, exception);
            return false;
        }

        if (OperationOutcome.ToWriteResult(result).Outcome != CacheWriteOutcome.Stored)
        {
            _loader.All.Metrics.OnUnstored(_loader.Cache.Name);
            return false;
        }

        return true;
    }

    private void Write(T value, ValueBuffer buffer)
    {
        if (TypedValue.TryGetBytes(value, out var bytes))
        {
            buffer.Append(bytes.Span);
        }
        else if (value is not null || typeof(T) != typeof(byte[]))
        {
            _loader.All.Serializer.Serialize(value, buffer);
        }
    }

    private TimeSpan? Shortened(TimeSpan? timeToLive)
    {
        if (timeToLive is not { } whole || whole == Timeout.InfiniteTimeSpan || _order.Settings.TimeToLiveJitter == 0)
        {
            return timeToLive;
        }

        var shortened = whole * (1 - (_order.Settings.TimeToLiveJitter * Random.Shared.NextDouble()));
        return shortened < TimeSpan.FromMilliseconds(1) ? TimeSpan.FromMilliseconds(1) : shortened;
    }

    [LoggerMessage(EventIds.LoadFailed, LogLevel.Debug, "A load of the cache {Cache} failed.")]
    private static partial void LogFailed(ILogger logger, string cache, Exception exception);

    [LoggerMessage(EventIds.LoadNotStored, LogLevel.Debug, "A loaded value of the cache {Cache} could not be stored.")]
    private static partial void LogNotStored(ILogger logger, string cache, Exception exception);
}
