using System.Runtime.InteropServices;

namespace Orleans.Cache.EngineBench;

/// <summary>What the system counts for the current thread: processor time, which others on the machine do not lengthen, and page faults.</summary>
internal static unsafe partial class Processor
{
    private const int ThreadCpuTime = 3;
    private const int UsageOfThread = 1;

    /// <summary>Processor time of the thread in nanoseconds.</summary>
    public static double Now()
    {
        _ = ClockGetTime(ThreadCpuTime, out var time);
        return (time.Seconds * 1e9) + time.Nanoseconds;
    }

    /// <summary>Page faults of the thread that read nothing from disk, and times that another thread took the processor from it.</summary>
    public static (long Faults, long Preemptions) Usage()
    {
        var usage = stackalloc long[18];
        _ = GetUsage(UsageOfThread, usage);
        return (usage[8], usage[17]);
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int ClockGetTime(int clock, out TimeSpec time);

    [LibraryImport("libc", EntryPoint = "getrusage")]
    private static partial int GetUsage(int who, long* usage);

    private struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
