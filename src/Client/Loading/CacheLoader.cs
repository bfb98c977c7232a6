using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using Orleans.Cache.Client.Caching;
using Orleans.Cache.Client.Near;
using Orleans.Cache.Client.Routing;
using Orleans.Cache.Engine.Replication;

namespace Orleans.Cache.Client.Loading;

/// <summary>Serves the values of one cache and loads those that are not there. Safe for any number of threads.</summary>
/// <remarks>
/// 1. A value that is there is served; a hit may begin to load it anew in the background (<see cref="EarlyRefresh"/>).
/// 2. A value whose time is over is served where the settings allow it: at once, after a while, or when the source fails.
/// 3. Else its callers wait for a <see cref="LoadFlight{T}"/>, which they share.
/// </remarks>
internal sealed class CacheLoader
{
    private readonly ConcurrentDictionary<LoadKey, object> _flights = new();
    private readonly ConditionalWeakTable<CacheLoadOptions, LoadSettings> _byOptions = [];
    private readonly NamedCache _cache;
    private readonly NearCache _near;
    private readonly OperationRouter _router;
    private readonly LoadSettings _settings;
    private LoadSettings? _lastOfTime;

    public CacheLoader(NamedCache cache, NearCache near, CacheLoaders all)
    {
        _cache = cache;
        _near = near;
        _router = all.Router;
        All = all;
        Owner = new LoadOwner(_router, cache, all.Time, all.Options.OperationTimeout);
        Failures = new LoadFailures(all.Time);
        Breaker = new SourceBreaker(all.Options.Loading.Breaker, all.Time);
        var settings = new LoadSettings().With(all.Options.Loading.Defaults);
        _settings = all.Options.Loading.Caches.TryGetValue(cache.Name, out var options) ? settings.With(options) : settings;
    }

    public CacheLoaders All { get; }

    public LoadOwner Owner { get; }

    public LoadFailures Failures { get; }

    public SourceBreaker Breaker { get; }

    public NamedCache Cache => _cache;

    /// <summary>What counts for a call with such options, which are looked at once.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public LoadSettings SettingsOf(CacheLoadOptions? options) => options is null ? _settings : _byOptions.GetValue(options, _settings.With);

    /// <summary>What counts for a call that names a time to live only.</summary>
    /// <inheritdoc cref="SettingsOf(CacheLoadOptions?)"/>
    public LoadSettings SettingsOf(TimeSpan? timeToLive)
    {
        if (timeToLive is null)
        {
            return _settings;
        }

        var last = Volatile.Read(ref _lastOfTime);
        if (last?.TimeToLive != timeToLive)
        {
            last = _settings.With(new CacheLoadOptions { TimeToLive = timeToLive });
            Volatile.Write(ref _lastOfTime, last);
        }

        return last!;
    }

    /// <summary>Serves a value: see <see cref="ICache.GetOrSetAsync{T}(CacheKey, Func{CacheLoadContext, CancellationToken, ValueTask{T}}, CacheLoadOptions?, CancellationToken)"/>.</summary>
    /// <remarks><paramref name="sessions"/>: Executes the read for the caller's session, which near copies know nothing of; <see langword="null"/>: it has none.</remarks>
    public ValueTask<T> GetOrSetAsync<T>(
        CacheKey key,
        Func<CacheLoadContext, CancellationToken, ValueTask<T>> factory,
        LoadSettings settings,
        CacheWriteConcern? concern,
        Func<Operation, CancellationToken, ValueTask<OperationResult>>? sessions,
        CancellationToken cancellationToken)
    {
        NearFill fill = default;
        if (sessions is null && _near.IsOn && _near.Find(key, out var now, out fill) is { } copy)
        {
            return ValueTask.FromResult(Serve(key, factory, settings, copy.Read(now), concern));
        }

        return ReadAndServeAsync(key, factory, settings, concern, fill, sessions, cancellationToken);
    }

    /// <summary>Reads what the owner has, stale or not, or what <paramref name="level"/> allows.</summary>
    public async ValueTask<CacheEntry> ReadAsync(
        CacheKey key, NearFill fill, Func<Operation, CancellationToken, ValueTask<OperationResult>>? sessions, CancellationToken cancellationToken, ReadLevel level = ReadLevel.Owner)
    {
        var operation = OperationFactory.LoadGet(key, _router.Limits, _router.MaxWholeValueBytes, level);
        var result = sessions is null ? _router.ExecuteAsync(_cache, operation, cancellationToken) : sessions(operation, cancellationToken);
        var entry = OperationOutcome.ToEntry(await result.ConfigureAwait(false));
        _near.Keep(fill, key, entry);
        return entry;
    }

    /// <summary>Reads what the owner has now, whatever near copies there are.</summary>
    public ValueTask<CacheEntry> ReadAgainAsync(CacheKey key, CancellationToken cancellationToken)
    {
        NearFill fill = default;
        if (_near.IsOn)
        {
            _near.Forget(key);
            _near.Find(key, out _, out fill);
        }

        return ReadAsync(key, fill, sessions: null, cancellationToken);
    }

    /// <summary>Executes the set that ends a load.</summary>
    public async ValueTask<OperationResult> StoreAsync(Operation set)
    {
        try
        {
            return await _router.ExecuteAsync(_cache, set, CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            _cache.Hot.OnWrite(set);
            if (_near.IsOn)
            {
                _near.Forget(set.Key);
            }
        }
    }

    public CacheLimits Limits => _router.Limits;

    public T ValueOf<T>(in CacheEntry entry) => entry.IsNull ? default! : TypedValue.Read<T>(entry.Value, All.Serializer)!;

    /// <summary>Called by a flight that ends, before its callers go on.</summary>
    public void Remove<T>(LoadFlight<T> flight) => _flights.TryRemove(new KeyValuePair<LoadKey, object>(flight.Id, flight));

    private async ValueTask<T> ReadAndServeAsync<T>(
        CacheKey key,
        Func<CacheLoadContext, CancellationToken, ValueTask<T>> factory,
        LoadSettings settings,
        CacheWriteConcern? concern,
        NearFill fill,
        Func<Operation, CancellationToken, ValueTask<OperationResult>>? sessions,
        CancellationToken cancellationToken)
    {
        // What a hot copy answers must not become a near copy: it may be stale already.
        var level = sessions is null && !fill.IsWanted && _cache.HotCopies > 0 ? ReadLevel.Hot : ReadLevel.Owner;
        var entry = await ReadAsync(key, fill, sessions, cancellationToken, level).ConfigureAwait(false);
        return entry is { Found: true, IsStale: false }
            ? Serve(key, factory, settings, entry, concern)
            : await ServeOlderAsync(new LoadOrder<T>(key, factory, settings, entry, concern), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Serves a value that is there.</summary>
    private T Serve<T>(
        CacheKey key, Func<CacheLoadContext, CancellationToken, ValueTask<T>> factory, LoadSettings settings, in CacheEntry entry, CacheWriteConcern? concern)
    {
        // The chance is above 0: its logarithm is taken.
        if (settings.MayRefresh && EarlyRefresh.IsDue(entry, settings, 1 - Random.Shared.NextDouble()))
        {
            Refresh(new LoadOrder<T>(key, factory, settings, entry, concern));
        }

        return ValueOf<T>(entry);
    }

    /// <summary>Serves a value whose time is over, or loads one.</summary>
    private async ValueTask<T> ServeOlderAsync<T>(LoadOrder<T> order, CancellationToken cancellationToken)
    {
        var settings = order.Settings;
        var age = order.Older.IsStale ? -order.Older.TimeToLive!.Value : TimeSpan.MaxValue;
        if (age <= settings.StaleWhileRevalidate)
        {
            Refresh(order);
            return Stale(order);
        }

        var isSafe = age <= settings.FailSafe;
        if (isSafe && Failures.Find(order.Key, settings.FailSafeThrottle) is not null)
        {
            return Stale(order);
        }

        if (!isSafe && Failures.Find(order.Key, settings.ErrorTimeToLive) is { } failure)
        {
            ExceptionDispatchInfo.Throw(failure);
        }

        LoadFrame.Check(this, order.Key);
        var flight = Join(order, isAwaited: true);
        All.Metrics.OnWaited(_cache.Name);
        try
        {
            if (!isSafe || settings.SoftTimeout is not { } soft)
            {
                return await flight.Result.WaitAsync(cancellationToken).ConfigureAwait(false);
            }

            await ((Task)flight.Result).WaitAsync(soft, All.Time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
            return flight.Result.IsCompleted ? await flight.Result.ConfigureAwait(false) : Stale(order);
        }
#pragma warning disable CA1031 // Whatever the source throws: that is what the stale value is kept for.
        catch (Exception) when (isSafe && !cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            return Stale(order);
        }
    }

    private T Stale<T>(LoadOrder<T> order)
    {
        All.Metrics.OnStale(_cache.Name);
        return ValueOf<T>(order.Older);
    }

    /// <summary>Loads a value anew while callers are served the older one.</summary>
    private void Refresh<T>(LoadOrder<T> order)
    {
        if (Failures.Find(order.Key, order.Settings.FailSafeThrottle) is null && !_flights.ContainsKey(new LoadKey(order.Key, typeof(T))))
        {
            Join(order, isAwaited: false);
        }
    }

    /// <summary>Joins the load of a key, or begins one.</summary>
    private LoadFlight<T> Join<T>(LoadOrder<T> order, bool isAwaited)
    {
        LoadFlight<T>? own = null;
        while (true)
        {
            var id = own?.Id ?? new LoadKey(order.Key, typeof(T));
            if (_flights.TryGetValue(id, out var known))
            {
                var flight = (LoadFlight<T>)known;
                if (!isAwaited || flight.TryJoin())
                {
                    return flight;
                }

                // It has just ended without a value: it is gone in a moment.
                Remove(flight);
            }

            // The key's bytes may be the caller's, and the flight outlives its call.
            own ??= new LoadFlight<T>(this, order with { Key = order.Key.ToArray() }, isAwaited);
            if (_flights.TryAdd(own.Id, own))
            {
                own.Start();
                return own;
            }
        }
    }
}
