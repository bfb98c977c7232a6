using System.Collections.Concurrent;
using System.Globalization;

namespace Orleans.Cache.Chaos.Histories;

/// <summary>What a run has counted so far. Safe for any number of threads.</summary>
internal sealed class Record(TimeProvider clock)
{
    // Enough to see what goes wrong, of each kind.
    private const int SamplesOfAKind = 20;

    private readonly long _started = clock.GetTimestamp();
    private readonly ConcurrentQueue<Violation> _samples = new();
    private readonly ConcurrentDictionary<ViolationKind, long> _violations = new();
    private readonly ConcurrentDictionary<ErrorKey, long> _errors = new();
    private readonly ConcurrentDictionary<Slot, bool> _lostSlots = new();
    private long _writes;
    private long _reads;
    private long _longestBehind;

    /// <summary>The time since the run began.</summary>
    public TimeSpan Now => clock.GetElapsedTime(_started);

    /// <summary>Sets, removals and increments that were acknowledged.</summary>
    public long Writes => Volatile.Read(ref _writes);

    /// <summary>Reads that returned.</summary>
    public long Reads => Volatile.Read(ref _reads);

    /// <summary>How far behind a read was at most: how long something newer had been acknowledged when it began.</summary>
    public TimeSpan LongestBehind => TimeSpan.FromTicks(Volatile.Read(ref _longestBehind));

    public IReadOnlyDictionary<ViolationKind, long> Violations => _violations.ToDictionary();

    public IReadOnlyList<Violation> Samples => [.. _samples];

    public IReadOnlyDictionary<ErrorKey, long> Errors => _errors.ToDictionary();

    /// <summary>Where keys were lost.</summary>
    public IReadOnlyCollection<Slot> LostSlots => [.. _lostSlots.Keys];

    public long Lost => CountOf(ViolationKind.Lost);

    /// <summary>Everything that was wrong while the grid was under way.</summary>
    public long Wrong => _violations.Where(static pair => pair.Key != ViolationKind.Lost).Sum(static pair => pair.Value);

    public void CountWrite() => Interlocked.Increment(ref _writes);

    public void CountRead() => Interlocked.Increment(ref _reads);

    public void NoteBehind(TimeSpan behind)
    {
        for (var known = LongestBehind.Ticks; behind.Ticks > known; known = LongestBehind.Ticks)
        {
            Interlocked.CompareExchange(ref _longestBehind, behind.Ticks, known);
        }
    }

    public void AddLostSlot(Slot slot) => _lostSlots[slot] = true;

    /// <summary>Takes a line for every error, if set.</summary>
    public Action<string>? Say { get; init; }

    public void CountError(ErrorKey error, string key, Exception exception)
    {
        _errors.AddOrUpdate(error, 1, static (_, count) => count + 1);
        Say?.Invoke(string.Create(
            CultureInfo.InvariantCulture, $"      {Now.TotalSeconds:F3} s: {error.Operation} {key} {error.Where}: {exception.Message} {exception.InnerException?.Message}"));
    }

    public void Add(ViolationKind kind, string key, string reader, string seen)
    {
        if (_violations.AddOrUpdate(kind, 1, static (_, count) => count + 1) <= SamplesOfAKind)
        {
            _samples.Enqueue(new Violation(kind, key, reader, seen, Now.TotalSeconds));
        }
    }

    private long CountOf(ViolationKind kind) => _violations.GetValueOrDefault(kind);
}
