using System.Diagnostics;
using System.Globalization;

namespace Orleans.Cache.GridBench.Measurements;

/// <summary>
/// The processor time of everything on the machine, to tell how much of it others took: a run beside a busy neighbour measures the neighbour
/// too, and the side with more threads gets more of what is left.
/// </summary>
internal readonly record struct MachineTime(long Timestamp, TimeSpan Busy)
{
    private const int TicksPerSecond = 100;

    /// <summary>The time now; <see langword="null"/> where the system does not say.</summary>
    public static MachineTime? Now()
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        // cpu user nice system idle iowait irq softirq steal guest ...: guest is in user already, steal was taken by other machines.
        using var stat = new StreamReader("/proc/stat");
        long[] ticks =
        [
            .. stat.ReadLine()!.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..9]
                .Select(static field => long.Parse(field, CultureInfo.InvariantCulture)),
        ];
        var busy = ticks.Sum() - ticks[3] - ticks[4];
        return new MachineTime(Stopwatch.GetTimestamp(), new TimeSpan(busy * TimeSpan.TicksPerSecond / TicksPerSecond));
    }

    /// <summary>The part of all processors, 0 to 1, that others took since.</summary>
    /// <param name="earlier">When to count from.</param>
    /// <param name="own">What was not taken by others.</param>
    public double OthersShareSince(MachineTime earlier, TimeSpan own)
    {
        var elapsed = Stopwatch.GetElapsedTime(earlier.Timestamp, Timestamp) * Environment.ProcessorCount;
        return Math.Clamp((Busy - earlier.Busy - own) / elapsed, 0, 1);
    }
}
