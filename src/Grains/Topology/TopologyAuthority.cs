using Orleans.Cache.Engine.Replication;
using Orleans.Cache.Engine.Replication.Messages;
using Orleans.Cache.Engine.Topology;

namespace Orleans.Cache.Grains.Topology;

/// <summary>
/// Decides what is recorded of the grid's silos and partitions, over a store with compare-and-swap. There may be several at a time, of which
/// at most one holds the record: docs/decisions/0018-topology-document.md. For one thread; calls may overlap where they wait.
/// </summary>
/// <remarks>
/// 1. What arrives while the store is busy is decided together, and stored by one write. A reply leaves when all that it shows is stored.
/// 2. An authority takes hold of the record by writing it again as it is, so that everybody else's next write fails. It decides only on what
///    it holds, and looks at the record after <see cref="_holdTicks"/> at the latest, so as to notice that another took hold.
/// 3. So another one may have granted tenures for <see cref="_holdTicks"/> after this one took hold. Those must be over too before a partition
///    is given up.
/// 4. Whatever else than a success comes of a write, the hold is lost: a write that may still arrive cannot be stored after the next taking.
/// </remarks>
internal sealed class TopologyAuthority
{
    // Another activation may take hold in between, and stand-ins while the grain is silent.
    private const int MostAttempts = 12;

    /// <summary>Milliseconds of the longest pause after the first attempt; it doubles so many times.</summary>
    private const int LongestPause = 16;

    private const int MostDoublings = 3;

    private static readonly TimeSpan LongestStoreCall = TimeSpan.FromSeconds(1.5);

    private readonly ITopologyStore _store;
    private readonly ReplicationSettings _settings;
    private readonly TimeProvider _time;
    private readonly long _holdTicks;
    private readonly long _foreignHoldTicks;
    private List<Work> _waiting = [];
    private bool _isWorking;
    private ConfigurationAuthority[] _partitions = [];
    private TopologyDocument? _document;
    private long _version;
    private bool _isHeld;
    private long _heldAt;

    /// <param name="store">Where the record is.</param>
    /// <param name="settings">In the ticks of <paramref name="time"/>.</param>
    /// <param name="time">Its monotonic clock is read only.</param>
    public TopologyAuthority(ITopologyStore store, ReplicationSettings settings, TimeProvider time)
    {
        _store = store;
        _settings = settings;
        _time = time;
        _holdTicks = settings.TenureTicks / 3;
        _foreignHoldTicks = (_holdTicks * (1000 + settings.ClockDriftPerMille) / (1000 - settings.ClockDriftPerMille)) + 1;
    }

    /// <summary>What is stored, as far as this authority knows; <see langword="null"/> before the first silo joined, or when it was never read.</summary>
    public TopologyDocument? Document => _document;

    /// <summary>Called when <see cref="Document"/> has another map.</summary>
    public Action<TopologyDocument>? Changed { get; set; }

    /// <summary>How it waits before it tries again. By the real clock, whatever clock decides about tenures; simulations do not wait.</summary>
    public Func<TimeSpan, Task> Pause { private get; init; } = static span => Task.Delay(span, TimeProvider.System);

    /// <summary>Decides on proposals, and tells what is recorded.</summary>
    /// <returns>A reply for each request; none for copies that are gone for good, and for partitions that do not exist.</returns>
    /// <exception cref="CacheUnavailableException">The record cannot be read or written just now.</exception>
    public async ValueTask<List<(int Partition, AuthorityReply Reply)>> DecideAsync(IReadOnlyList<(int Partition, AuthorityRequest Request)> requests)
    {
        var work = new Work(requests, change: null);
        await DoAsync(work);
        return work.Replies;
    }

    /// <summary>Changes the silos. The change is made anew when another authority wrote in between, so it must be a function of the document.</summary>
    /// <param name="change">Returns its argument to change nothing.</param>
    /// <returns>The document that is stored then.</returns>
    /// <exception cref="CacheUnavailableException">The record cannot be read or written just now.</exception>
    public async ValueTask<TopologyDocument?> ChangeAsync(Func<TopologyDocument?, TopologyDocument?> change)
    {
        await DoAsync(new Work([], change));
        return _document;
    }

    private Task DoAsync(Work work)
    {
        _waiting.Add(work);
        if (!_isWorking)
        {
            _isWorking = true;
            WorkAsync().Ignore();
        }

        return work.Task;
    }

    private async Task WorkAsync()
    {
        while (_waiting is { Count: > 0 } together)
        {
            _waiting = [];
            try
            {
                await WorkAsync(together);
                foreach (var work in together)
                {
                    work.SetResult();
                }
            }
#pragma warning disable CA1031 // Whatever failed is told to those who wait for it.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                _isHeld = false;
                var failure = new CacheUnavailableException("The grid's record cannot be read or written at the moment; nothing that was asked for is known to be recorded.", exception);
                foreach (var work in together)
                {
                    work.SetException(failure);
                }
            }
        }

        _isWorking = false;
    }

    private async Task WorkAsync(List<Work> together)
    {
        Exception? last = null;
        for (var attempt = 0; attempt < MostAttempts; attempt++)
        {
            var now = _time.GetTimestamp();
            if (!_isHeld || now - _heldAt > _holdTicks)
            {
                await HoldAsync(now);
                continue;
            }

            var next = Decide(together, now);
            if (ReferenceEquals(next, _document))
            {
                return;
            }

            try
            {
                if (await TryWriteAsync(next!, now))
                {
                    return;
                }
            }
#pragma warning disable CA1031 // It may be stored or not: the record is taken hold of again, and everything is decided anew.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                last = exception;
            }

            _isHeld = false;

            // Others whose turn it is as well come back at other times, so that each gets through.
            await Pause(TimeSpan.FromMilliseconds(Random.Shared.Next(1, LongestPause << Math.Min(attempt, MostDoublings))));
        }

        throw new TimeoutException($"Another authority, or the store, was in the way {MostAttempts} times.", last);
    }

    /// <summary>Makes sure that nobody else took hold of the record, or takes hold of it. May have to be called again.</summary>
    private async Task HoldAsync(long now)
    {
        // After a long pause nothing is presumed of the time before it.
        _isHeld &= now - _heldAt <= _settings.TenureTicks;
        using var deadline = new CancellationTokenSource(LongestStoreCall, _time);
        var stored = await _store.ReadAsync(deadline.Token).AsTask().WaitAsync(deadline.Token);
        if (_isHeld && (stored?.Version ?? 0) == _version)
        {
            _heldAt = now;
            return;
        }

        _isHeld = false;
        _version = stored?.Version ?? 0;
        Take(stored is null ? null : TopologyDocumentFormat.Read(stored.Content));
        if (_document is null)
        {
            // Nothing to grant: the first write is a compare-and-swap with nothing.
            _isHeld = true;
            _heldAt = now;
            _partitions = [];
        }
        else if (await TryWriteAsync(_document, _time.GetTimestamp()))
        {
            // Counted from after the write, by when nobody else holds the record any more.
            var resumed = _time.GetTimestamp() + _foreignHoldTicks;
            _partitions = [.. _document.Configurations.Select(configuration => Resume(configuration, resumed))];
        }
    }

    private ConfigurationAuthority Resume(Engine.Replication.Configuration configuration, long now)
    {
        var partition = new ConfigurationAuthority(_settings);
        partition.Resume(configuration, now);
        return partition;
    }

    private async Task<bool> TryWriteAsync(TopologyDocument document, long now)
    {
        using var deadline = new CancellationTokenSource(LongestStoreCall, _time);
        if (!await _store.TryWriteAsync(TopologyDocumentFormat.Write(document), _version, deadline.Token).AsTask().WaitAsync(deadline.Token))
        {
            return false;
        }

        _version++;
        _isHeld = true;
        _heldAt = now;
        if (_partitions.Length != document.PartitionCount)
        {
            _partitions = new ConfigurationAuthority[document.PartitionCount];
        }

        for (var partition = 0; partition < _partitions.Length; partition++)
        {
            if (!ReferenceEquals(_partitions[partition]?.Recorded, document.Configurations[partition]))
            {
                _partitions[partition] = Resume(document.Configurations[partition], now + _foreignHoldTicks);
            }
        }

        Take(document);
        return true;
    }

    private void Take(TopologyDocument? document)
    {
        var isNews = document is not null && document.MapVersion != _document?.MapVersion;
        _document = document;
        if (isNews)
        {
            Changed?.Invoke(document!);
        }
    }

    /// <summary>Makes all changes and decisions in memory, and says what has to be stored for them to be true.</summary>
    private TopologyDocument? Decide(List<Work> together, long now)
    {
        var next = _document;
        foreach (var work in together)
        {
            next = work.Change is { } change ? change(next) : next;
        }

        // Of a partition that the silos' coming and going changed nothing is decided until that is stored.
        var changed = new HashSet<int>();
        foreach (var work in together)
        {
            work.Replies.Clear();
            foreach (var (partition, request) in work.Requests)
            {
                if (IsUnchanged(next, partition) && !next!.IsGone(request.From))
                {
                    work.Replies.Add((partition, _partitions[partition].Handle(request, now, next.IsGone)));
                    if (!ReferenceEquals(_partitions[partition].Recorded, next.Configurations[partition]))
                    {
                        changed.Add(partition);
                    }
                }
            }
        }

        return changed.Count == 0 ? next : next!.WithConfigurations(changed.Select(partition => (partition, _partitions[partition].Recorded)));
    }

    private bool IsUnchanged(TopologyDocument? next, int partition) =>
        next?.PartitionCount == _partitions.Length && partition >= 0 && partition < _partitions.Length
        && ReferenceEquals(next.Configurations[partition], _document!.Configurations[partition]);

    private sealed class Work(IReadOnlyList<(int Partition, AuthorityRequest Request)> requests, Func<TopologyDocument?, TopologyDocument?>? change)
    {
        private readonly TaskCompletionSource _done = new();

        public IReadOnlyList<(int Partition, AuthorityRequest Request)> Requests => requests;

        public Func<TopologyDocument?, TopologyDocument?>? Change => change;

        public List<(int Partition, AuthorityReply Reply)> Replies { get; } = [];

        public Task Task => _done.Task;

        public void SetResult() => _done.SetResult();

        public void SetException(Exception exception) => _done.SetException(exception);
    }
}
