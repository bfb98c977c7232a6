using System.Diagnostics;

namespace Orleans.Cache.EngineBench;

/// <summary>
/// What entries cost beyond key and value after churn, what the operating system says about it, and the longest pause of the garbage
/// collector meanwhile.
/// </summary>
internal static class MemoryUse
{
    private const int Batch = 32;
    private const int Rounds = 10;

    public static void Run(int entries, string eviction)
    {
        var outside = Resident();
        using var load = new EngineLoad(EngineLoad.CreateHost(8L << 30, eviction: eviction, maxEntries: entries), Batch);
        load.Insert(0, entries / Batch * Batch);
        Report("filled", load, outside);

        ulong state = 1;
        long next = entries / Batch * Batch;
        var watch = Stopwatch.StartNew();
        for (var round = 0; round < Rounds; round++)
        {
            load.Insert(next, entries / 10 / Batch * Batch);
            next += entries / 10 / Batch * Batch;
            load.Get(entries / 10, next, ref state);
            Garbage();
        }

        load.Host.Sweep();
        Report($"after churn of {watch.Elapsed.TotalSeconds:N0} s", load, outside);
        Console.WriteLine($"collections {GC.CollectionCount(0)}/{GC.CollectionCount(1)}/{GC.CollectionCount(2)}, longest pause {LongestPause():F2} ms");
        load.Host.Validate();
        for (var partition = 0; partition < load.Host.Settings.PartitionCount; partition++)
        {
            load.Host.Close(partition, epoch: 1);
        }

        Console.WriteLine($"closed: reported {load.Host.ResidentBytes:N0}, resident more than at the start {Resident() - outside:N0} bytes");
    }

    private static double _longestPause;

    /// <summary>What a server would allocate meanwhile, and a collection of every generation.</summary>
    private static void Garbage()
    {
        for (var index = 0; index < 200_000; index++)
        {
            GC.KeepAlive(new byte[100]);
        }

        GC.Collect(2, GCCollectionMode.Forced, blocking: true);
        foreach (var pause in GC.GetGCMemoryInfo(GCKind.Any).PauseDurations)
        {
            _longestPause = Math.Max(_longestPause, pause.TotalMilliseconds);
        }
    }

    private static double LongestPause() => _longestPause;

    private static void Report(string when, EngineLoad load, long outside)
    {
        load.Host.Sweep();
        var statistics = load.Host.GetStatistics()[0];
        var payload = statistics.Entries * (EntryKeys.Bytes + EngineLoad.ValueBytes);
        var resident = Resident() - outside;
        Console.WriteLine(
            $"{when}: {statistics.Entries:N0} entries; beyond key and value {(double)(statistics.Bytes - payload) / statistics.Entries:F1} B each in use, "
            + $"{(double)(load.Host.UsedBytes - payload) / statistics.Entries:F1} B with all slack; "
            + $"reported {load.Host.ResidentBytes:N0}, resident {resident:N0} bytes ({(double)resident / load.Host.ResidentBytes:F3})");
    }

    private static long Resident()
    {
        GC.Collect();
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }
}
