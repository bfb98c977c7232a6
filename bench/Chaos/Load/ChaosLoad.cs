using System.Collections.Concurrent;
using Orleans.Cache.Chaos.Histories;

namespace Orleans.Cache.Chaos.Load;

/// <summary>Writers and readers, whose histories are checked as they go.</summary>
internal sealed class ChaosLoad : IAsyncDisposable
{
    // Every so many items one has a removal every so many writes.
    private const int ItemsToOneWithRemovals = 5;
    private const int WritesToARemoval = 7;
    private const int LoopsOfAReader = 16;

    // So many affected keys are read all the time: quickly until the first good read, then slowly.
    private const int Probes = 100;

    private static readonly TimeSpan ProbePause = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan SlowProbePause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan CheckPatience = TimeSpan.FromMinutes(2);

    private readonly LoadSettings _settings;
    private readonly IStore _writer;
    private readonly IReadOnlyList<Reader> _readers;
    private readonly TimeProvider _clock;
    private readonly RegisterItem[] _registers;
    private readonly Item[] _items;
    private CancellationTokenSource _stop = new();
    private Task[] _running = [];
    private Task[] _probes = [];
    private readonly ConcurrentDictionary<string, bool> _stopped = [];
    private volatile FaultWatch? _watch;

    public ChaosLoad(LoadSettings settings, IStore writer, IReadOnlyList<Reader> readers, Record record, TimeProvider clock)
    {
        _settings = settings;
        _writer = writer;
        _readers = readers;
        _clock = clock;
        Record = record;
        _registers =
        [
            .. Enumerable.Range(0, settings.Keys).Select(index => new RegisterItem(
                record, $"k{index}", settings.ValueBytes, index % ItemsToOneWithRemovals == 0 ? WritesToARemoval : 0, settings.MayVanish, settings.Bound)),
        ];
        _items =
        [
            .. _registers,
            .. Enumerable.Range(0, settings.Counters).Select(index => new CounterItem(record, $"c{index}", settings.Bound)),
            .. Enumerable.Range(0, settings.Expiring).Select(index => new ExpiryItem(record, $"e{index}", settings.ValueBytes, settings.MayVanish)),
        ];
    }

    public Record Record { get; }

    /// <summary>Lets everybody write and read.</summary>
    public void Start()
    {
        _stop = new CancellationTokenSource();
        var writePause = TimeSpan.FromSeconds((double)_items.Length / _settings.WritesPerSecond);
        var readPause = TimeSpan.FromSeconds((double)_readers.Count * LoopsOfAReader / _settings.ReadsPerSecond);
        _running =
        [
            .. _items.Select(item => Task.Run(() => WriteOnAsync(item, writePause, _stop.Token))),
            .. _readers.SelectMany(reader => Enumerable.Range(0, LoopsOfAReader).Select(_ => Task.Run(() => ReadOnAsync(reader, readPause, _stop.Token)))),
        ];
    }

    /// <summary>Lets calls under way end, and nobody begin another.</summary>
    public async Task PauseAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_running);
        _running = [];
        _stop.Dispose();
    }

    /// <summary>Waits until so many writes have been acknowledged since the run began.</summary>
    public async Task WaitForWritesAsync(long writes, CancellationToken cancellationToken)
    {
        while (Record.Writes < writes)
        {
            await Task.Delay(RetryPause, _clock, cancellationToken);
        }
    }

    /// <summary>A silo was stopped, or runs again: who knows no other gateway cannot be served meanwhile, long after the fault is over.</summary>
    public void NoteStopped(string silo, bool isStopped)
    {
        if (isStopped)
        {
            _stopped[silo] = true;
        }
        else
        {
            _stopped.TryRemove(silo, out _);
        }
    }

    /// <summary>Watches a fault that begins now; that before it is over. Affected keys are read all the time.</summary>
    public void Watch(FaultWatch watch)
    {
        _watch = watch;
        _probes =
        [
            .. _probes.Where(static probe => !probe.IsCompleted),
            .. _registers.Where(watch.Affects).Take(Probes).Select(item => Task.Run(() => ProbeAsync(watch, item))),
        ];
    }

    /// <summary>The fault is over and mended.</summary>
    public async Task EndWatchAsync()
    {
        _watch = null;
        await Task.WhenAll(_probes);
        _probes = [];
    }

    /// <summary>Reads everything once more. To be called when paused, and when the grid is whole.</summary>
    /// <exception cref="ChaosException">Some of it cannot be read.</exception>
    public async Task CheckAllAsync(CancellationToken cancellationToken)
    {
        const int atOnce = 32;

        // From then on all that was acknowledged must be seen.
        await Task.Delay(_settings.Bound, _clock, cancellationToken);
        await Parallel.ForEachAsync(
            _items,
            new ParallelOptions { MaxDegreeOfParallelism = atOnce, CancellationToken = cancellationToken },
            async (item, token) => await CheckAsync(item, token));
    }

    public async ValueTask DisposeAsync()
    {
        _watch = null;
        if (_running.Length > 0)
        {
            await PauseAsync();
        }

        await Task.WhenAll(_probes);
    }

    private async Task CheckAsync(Item item, CancellationToken cancellationToken)
    {
        var started = _clock.GetTimestamp();
        while (true)
        {
            try
            {
                await item.CheckAsync(_writer);
                return;
            }
            catch (CacheException) when (_clock.GetElapsedTime(started) < CheckPatience)
            {
                await Task.Delay(RetryPause, _clock, cancellationToken);
            }
            catch (CacheException error)
            {
                throw new ChaosException($"A key of slot {item.Slot} cannot be read though the grid is whole: {error.Message}");
            }
        }
    }

    private async Task WriteOnAsync(Item item, TimeSpan pause, CancellationToken stop)
    {
        await PauseAsync(Random.Shared.NextDouble() * pause, stop);
        TimeSpan? waitingSince = null;
        while (!stop.IsCancellationRequested)
        {
            var from = Record.Now;
            waitingSince ??= from;
            try
            {
                if (await item.WriteAsync(_writer))
                {
                    _watch?.Wrote(item, waitingSince.Value, from, Record.Now);
                }

                waitingSince = null;
            }
            catch (Exception error)
            {
                Record.CountError(new ErrorKey("write", error.GetType().Name, PlaceOf(item, silo: null)), item.Tag, error);
            }

            await PauseAsync(pause, stop);
        }
    }

    private async Task ReadOnAsync(Reader reader, TimeSpan pause, CancellationToken stop)
    {
        await PauseAsync(Random.Shared.NextDouble() * pause, stop);
        while (!stop.IsCancellationRequested)
        {
            var item = _items[Random.Shared.Next(_items.Length)];
            try
            {
                await item.ReadAsync(reader.Store, reader.Name);
            }
            catch (Exception error)
            {
                Record.CountError(new ErrorKey("read", error.GetType().Name, PlaceOf(item, reader.Silo)), item.Tag, error);
            }

            await PauseAsync(pause, stop);
        }
    }

    // By a client that goes to each silo itself: what an application sees.
    private async Task ProbeAsync(FaultWatch watch, RegisterItem item)
    {
        var reader = _readers.First(static reader => reader.Silo is null);
        TimeSpan? waitingSince = null;
        while (ReferenceEquals(_watch, watch))
        {
            var from = Record.Now;
            waitingSince ??= from;
            try
            {
                if (await item.ReadAsync(reader.Store, reader.Name))
                {
                    watch.Read(item, waitingSince.Value, from, Record.Now);
                    waitingSince = null;
                }
            }
            catch (CacheException error)
            {
                Record.CountError(new ErrorKey("read", error.GetType().Name, PlaceOf(item, silo: null)), item.Tag, error);
            }

            await Task.Delay(watch.HasRead(item) ? SlowProbePause : ProbePause, _clock, CancellationToken.None);
        }
    }

    private ErrorPlace PlaceOf(Item item, string? silo) => _watch switch
    {
        _ when silo is not null && _stopped.ContainsKey(silo) => ErrorPlace.ThroughTheSilo,
        null => ErrorPlace.Peace,
        var watch when silo is not null && watch.Concerns(silo) => ErrorPlace.ThroughTheSilo,
        var watch when watch.Affects(item) => ErrorPlace.AffectedKeys,
        _ => ErrorPlace.OtherKeys,
    };

    private async Task PauseAsync(TimeSpan pause, CancellationToken stop)
    {
        try
        {
            await Task.Delay(pause, _clock, stop);
        }
        catch (OperationCanceledException)
        {
            // The loop sees it too.
        }
    }
}
