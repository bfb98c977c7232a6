using System.Runtime.InteropServices;

namespace Orleans.Cache.GridBench.OpenLoop;

/// <summary>Sleeps for less than a millisecond, which .NET does not.</summary>
internal static class FineSleep
{
    private const int SetTimerSlack = 29;
    private const long SlackNanoseconds = 1000;

    /// <summary>Linux ends the sleeps of a thread up to 50 µs late unless it is asked not to.</summary>
    public static void PrepareThread()
    {
        if (OperatingSystem.IsLinux())
        {
            _ = prctl(SetTimerSlack, SlackNanoseconds, 0, 0, 0);
        }
    }

    public static void Sleep(TimeSpan time)
    {
        if (OperatingSystem.IsLinux())
        {
            var wanted = new TimeSpec(time.Seconds, (time - TimeSpan.FromSeconds(time.Seconds)).Ticks * TimeSpan.NanosecondsPerTick);
            _ = nanosleep(in wanted, IntPtr.Zero);
        }
        else
        {
            Thread.Sleep(1);
        }
    }

#pragma warning disable IDE1006, SYSLIB1054, CA5392 // The names are libc's, which is always where it is; nothing needs marshalling.
    [DllImport("libc")]
    private static extern int nanosleep(in TimeSpec wanted, IntPtr remaining);

    [DllImport("libc")]
    private static extern int prctl(int option, long argument2, long argument3, long argument4, long argument5);
#pragma warning restore IDE1006, SYSLIB1054, CA5392

    private readonly record struct TimeSpec(long Seconds, long Nanoseconds);
}
