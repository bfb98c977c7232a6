using System.Diagnostics;
using System.Globalization;
using Orleans.Cache.Engine.Batches;
using Orleans.Cache.Engine.Snapshots;
using Orleans.Cache.Engine.Tests.Shards;

namespace Orleans.Cache.EngineBench;

/// <summary>
/// What snapshots cost: the longest single set of a thread that does nothing else, without them, beside a round that rests as long as it works
/// (as a silo's do), and beside one that does not (as when a silo stops); how long a round takes, and how long it takes to load what it wrote.
/// Sets in which another thread took the processor from that of the sets are left out: that says how busy the machine is.
/// </summary>
internal static class Snapshots
{
    private const int Partitions = 1024;
    private const int Repeats = 5;
    private const long Budget = 2L << 30;

    private static readonly TimeSpan LeastRest = TimeSpan.FromMilliseconds(4);

    public static async Task RunAsync(int entries, string path)
    {
        var folder = new SnapshotFolder(Path.Combine(path, $"snapshot-bench-{Environment.ProcessId}"), "bench");
        folder.Prepare();
        try
        {
            using var silo = new SnapshotSilo(Partitions, Budget);
            Fill(silo, entries);
            var taker = new SnapshotTaker(silo.Shards, silo.Copies, folder, "bench", TimeProvider.System);
            Console.WriteLine($"{entries} entries of {EntryKeys.Bytes} + {EngineLoad.ValueBytes} bytes in {Partitions} partitions, single sets of random ones beside; files in {path}");
            Console.WriteLine("| beside the sets | a round, s | MiB | sets | p99.9 µs | p99.99 µs | longest, ms | over 1 ms | over 10 ms |");
            Console.WriteLine("|---|---|---|---|---|---|---|---|---|");
            for (var repeat = 0; repeat < Repeats; repeat++)
            {
                silo.Beat();
                await ReportAsync("a round that rests", silo, entries, () => TakeAsync(taker, folder, rests: true));
                silo.Beat();
                await ReportAsync("a round that does not", silo, entries, () => TakeAsync(taker, folder, rests: false));
                silo.Beat();
                await ReportAsync("nothing", silo, entries, WaitAsync);
            }

            Load(folder, entries);
        }
        finally
        {
            Directory.Delete(folder.Path, recursive: true);
        }
    }

    private static void Fill(SnapshotSilo silo, int entries)
    {
        var load = new EngineLoad(silo.Shards, batch: 64);
        load.Insert(0, entries);
    }

    /// <summary>Writes all partitions.</summary>
    /// <returns>The bytes.</returns>
    private static async Task<long> TakeAsync(SnapshotTaker taker, SnapshotFolder folder, bool rests)
    {
        var newest = folder.List().GroupBy(static file => file.Partition).ToDictionary(static files => files.Key, static files => files.ToArray());
        var bytes = 0L;
        var since = Stopwatch.GetTimestamp();
        for (var partition = 0; partition < Partitions; partition++)
        {
            var files = newest.GetValueOrDefault(partition, []);
            var after = files.Length == 0 ? 0 : files[0].WrittenAt;
            bytes += (await taker.TakeAsync(partition, after, began: 1, ["bench"], RestAsync, CancellationToken.None))!.Bytes;
            folder.Prune(files, keep: 1);
            await RestAsync();
        }

        folder.Sync();
        return bytes;

        // As SnapshotSchedule has it.
        async ValueTask RestAsync()
        {
            if (rests && Stopwatch.GetElapsedTime(since) is var worked && worked >= LeastRest)
            {
                await Task.Delay(worked);
                since = Stopwatch.GetTimestamp();
            }
        }
    }

    private static async Task<long> WaitAsync()
    {
        await Task.Delay(3000);
        return 0;
    }

    private static async Task ReportAsync(string name, SnapshotSilo silo, int entries, Func<Task<long>> beside)
    {
        var times = new float[40_000_000];
        var count = 0;
        var isOver = false;
        var writer = new Thread(() => count = SetUntil(silo, entries, times, ref isOver));
        writer.Start();
        var started = Stopwatch.GetTimestamp();
        var bytes = await beside();
        var duration = Stopwatch.GetElapsedTime(started);
        Volatile.Write(ref isOver, true);
        writer.Join();
        Array.Sort(times, 0, count);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {name} | {duration.TotalSeconds:F2} | {bytes / 1048576.0:F0} | {count:N0} | {At(0.999):F0} | {At(0.9999):F0} | {times[count - 1] / 1000:F2} | {Over(1000)} | {Over(10_000)} |"));

        float At(double part) => times[(int)(count * part)];

        int Over(float microseconds)
        {
            var first = times.AsSpan(0, count).BinarySearch(microseconds);
            return count - (first < 0 ? ~first : first);
        }
    }

    private static int SetUntil(SnapshotSilo silo, int entries, float[] times, ref bool isOver)
    {
        using var driver = new HostDriver(silo.Shards);
        Span<byte> key = stackalloc byte[EntryKeys.Bytes];
        var value = new byte[EngineLoad.ValueBytes];
        var state = 1UL;
        var count = 0;
        var preemptions = Processor.Usage().Preemptions;
        while (!Volatile.Read(ref isOver) && count < times.Length)
        {
            EntryKeys.Write(EntryKeys.Draw(ref state, entries), key);
            driver.Begin();
            driver.Add(new ShardOperation { Kind = OperationKind.Set, TimeToLive = 3_600_000 }, key, value);
            var started = Stopwatch.GetTimestamp();
            driver.Execute();
            var time = (float)Stopwatch.GetElapsedTime(started).TotalMicroseconds;
            var preempted = Processor.Usage().Preemptions;
            if (preempted == preemptions)
            {
                times[count++] = time;
            }

            preemptions = preempted;
            if (driver.Results[0].Status != OperationStatus.Done)
            {
                throw new InvalidOperationException($"a set was answered {driver.Results[0].Status}");
            }
        }

        return count;
    }

    private static void Load(SnapshotFolder folder, int entries)
    {
        Console.WriteLine();
        Console.WriteLine("| loaded | s | entries | MiB |");
        Console.WriteLine("|---|---|---|---|");
        for (var repeat = 0; repeat < Repeats; repeat++)
        {
            using var silo = new SnapshotSilo(Partitions, Budget, isFilled: true);
            var started = Stopwatch.GetTimestamp();
            var files = folder.List().ToLookup(static file => file.Partition);
            var (loaded, bytes) = (0L, 0L);
            foreach (var (partition, epoch) in silo.Begun)
            {
                var loader = new SnapshotLoader(silo.Shards, silo.Copies, TimeProvider.System, partition, epoch);
                if (!loader.TryLoad(files[partition].First(), CancellationToken.None))
                {
                    throw new InvalidOperationException($"the snapshot of partition {partition} cannot be loaded");
                }

                var load = loader.End();
                (loaded, bytes) = (loaded + load.Entries, bytes + load.Bytes);
            }

            var duration = Stopwatch.GetElapsedTime(started);
            var held = silo.Shards.GetStatistics().Sum(static cache => cache.Entries);
            if (held < entries / 64 * 64)
            {
                throw new InvalidOperationException($"only {held} of {entries} entries are there");
            }

            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {repeat + 1} | {duration.TotalSeconds:F2} | {loaded:N0} | {bytes / 1048576.0:F0} |"));
        }
    }
}
