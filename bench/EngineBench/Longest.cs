using System.Diagnostics;
using Orleans.Cache.Engine.Batches;
using Orleans.Cache.Engine.Tests.Shards;

namespace Orleans.Cache.EngineBench;

/// <summary>Times every single operation of a run, and says which took longest and why. For one thread.</summary>
internal sealed class Longest(HostDriver driver, int capacity)
{
    private const double Millisecond = 1e6;
    private readonly float[] _times = new float[capacity];
    private int _count;
    private int _over;
    private int _overByClock;
    private int _refused;
    private double _longestByClock;
    private (double Time, int Number, OperationKind Kind, int ValueBytes, long Faults, long Preemptions) _longest;

    /// <summary>The most bytes in use after an operation.</summary>
    public long MostUsed { get; private set; }

    /// <summary>Executes one operation.</summary>
    public void One(ShardOperation operation, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value = default)
    {
        driver.Begin();
        driver.Add(operation, key, value);
        var usage = Processor.Usage();
        var clock = Stopwatch.GetTimestamp();
        var processor = Processor.Now();
        driver.Execute();
        var time = Processor.Now() - processor;
        var byClock = Stopwatch.GetElapsedTime(clock).TotalNanoseconds;
        var after = Processor.Usage();

        _times[_count++] = (float)time;
        _over += time > Millisecond ? 1 : 0;
        _overByClock += byClock > Millisecond ? 1 : 0;
        _longestByClock = Math.Max(_longestByClock, byClock);
        _refused += driver.Results[0].Status is OperationStatus.NoRoom ? 1 : 0;
        if (time > _longest.Time)
        {
            _longest = (time, _count, operation.Kind, value.Length, after.Faults - usage.Faults, after.Preemptions - usage.Preemptions);
        }

        MostUsed = Math.Max(MostUsed, driver.Host.UsedBytes);
    }

    /// <summary>A row of the table: see <see cref="Hostile"/>.</summary>
    public string Row(string name)
    {
        var times = _times.AsSpan(0, _count);
        times.Sort();
        var late = _count == 0 ? 0 : times[(int)(_count * 0.9999)];
        return $"| {name} | {_count:N0} | {_longest.Time / 1000:N0} | {late / 1000:N0} | {_over} | {_longest.Number:N0}: {_longest.Kind} of {_longest.ValueBytes:N0}, {_longest.Faults} | "
            + $"{_longestByClock / 1000:N0}, {_overByClock} | {_refused:N0} |";
    }
}
