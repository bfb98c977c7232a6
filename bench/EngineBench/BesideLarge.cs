using System.Diagnostics;
using Orleans.Cache.Engine.Tests.Shards;

namespace Orleans.Cache.EngineBench;

/// <summary>How long small gets take alone, and beside another thread that sets and gets a large value in the same shard.</summary>
internal static class BesideLarge
{
    private const int MostTimes = 50_000_000;
    private const int SlowMicroseconds = 200;

    public static void Run(int megabytes, int seconds)
    {
        using var host = EngineLoad.CreateHost(512L << 20, partitions: 1);
        using var small = new HostDriver(host);
        small.Set("small", new byte[100]);
        var times = new float[MostTimes];
        foreach (var bytes in new[] { 0, megabytes << 20, 0, megabytes << 20 })
        {
            Console.WriteLine(Measure(small, bytes, TimeSpan.FromSeconds(seconds), times));
        }
    }

    private static string Measure(HostDriver small, int largeBytes, TimeSpan duration, float[] times)
    {
        var isOver = false;
        var transfers = 0;
        var stream = new Thread(() =>
        {
            using var large = new HostDriver(small.Host);
            var value = new byte[largeBytes];
            while (!Volatile.Read(ref isOver))
            {
                large.Set("large", value);
                large.Get("large");
                transfers += 2;
            }
        });
        if (largeBytes > 0)
        {
            stream.Start();
        }

        var count = 0;
        var started = Stopwatch.GetTimestamp();
        for (var before = started; Stopwatch.GetElapsedTime(started) < duration && count < times.Length; count++)
        {
            small.Get("small");
            var after = Stopwatch.GetTimestamp();
            times[count] = (float)(after - before) * 1_000_000 / Stopwatch.Frequency;
            before = after;
        }

        isOver = true;
        if (largeBytes > 0)
        {
            stream.Join();
        }

        var sorted = times.AsSpan(0, count);
        sorted.Sort();
        var slow = 0;
        while (slow < count && sorted[count - 1 - slow] > SlowMicroseconds)
        {
            slow++;
        }

        var what = largeBytes == 0 ? "alone" : FormattableString.Invariant($"beside {transfers / duration.TotalSeconds:N0} transfers/s");
        return FormattableString.Invariant(
            $"{what,-26} {count,12:N0} gets: p50 {sorted[count / 2]:0.0} µs, p99.9 {sorted[(int)(count * 0.999)]:0.0} µs, {slow:N0} above {SlowMicroseconds} µs, together {Sum(sorted[(count - slow)..]) / 1000:N0} ms");
    }

    private static double Sum(ReadOnlySpan<float> times)
    {
        var sum = 0.0;
        foreach (var time in times)
        {
            sum += time;
        }

        return sum;
    }
}
