using Orleans.Cache.Engine.Batches;
using Orleans.Cache.Engine.Index;
using Orleans.Cache.Engine.Shards;
using Orleans.Cache.Engine.Tests.Shards;

namespace Orleans.Cache.EngineBench;

/// <summary>
/// Orders of operations that a hash table, a slab arena or an eviction policy dreads, one operation at a time: how long the longest took, and
/// whether the budget was kept. Each runs on a small scale first, so that nothing waits for the just-in-time compiler.
/// </summary>
internal static class Hostile
{
    private const int LargestSlot = 64 * 1024;
    private const int Seed = 42;
    private const int Partitions = 16;
    private static readonly byte[] Value = new byte[4 << 20];
    private static bool _quiet;

    public static void Run(int entries, string eviction)
    {
        _quiet = true;
        RunAll(Math.Min(entries, 100_000), eviction);
        _quiet = false;
        TouchMemory(4L << 30);
        ReportCopies();
        Console.WriteLine("| order | operations | longest, µs of processor | p99.99 | over 1 ms | the longest: its number, bytes, page faults | by the clock: longest, over 1 ms | refused |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|");
        RunAll(entries, eviction);
    }

    private static void RunAll(int entries, string eviction)
    {
        Fill(entries, eviction);
        Collide(entries / 100, eviction, "all keys with one hash", hashBits: 0);
        Collide(Math.Min(entries / 100, 4_000), eviction, "all keys in one bucket with one tag", hashBits: 64);
        Sizes(entries, eviction, "tiny and 64 KiB", [8, LargestSlot - 100], every: 2);
        Sizes(entries, eviction, "tiny and just over 64 KiB", [0, LargestSlot + 1], every: 2);
        Sizes(entries, eviction, "one of 64 KiB in 100, else tiny", [0, LargestSlot - 100], every: 100);
        Sizes(entries / 4, eviction, "one of 4 MiB in 1,000, else tiny", [8, 4 << 20], every: 1_000);
        Sizes(entries / 100, eviction, "1 MiB and 4 MiB and tiny", [8, 1 << 20, 4 << 20], every: 3);
        Sizes(entries, eviction, "every size of slot in turn", [.. Enumerable.Range(0, 96).Select(static step => (int)(8 * Math.Pow(1.098, step)))], every: 96);
        GrowUnderDeletes(entries, eviction);
        AllUsed(entries, eviction);
        Lower(entries, eviction);
    }

    private static void Fill(int entries, string eviction)
    {
        using var driver = Create(256L * entries, eviction);
        var run = new Longest(driver, entries);
        for (var number = 0; number < entries; number++)
        {
            Set(run, number, 100);
        }

        Report("fill from empty", driver, run);
        run = new Longest(driver, 2 * entries);
        for (var number = entries; number < 3 * entries; number++)
        {
            Set(run, number, 100);
        }

        Report("and on, evicting", driver, run);
    }

    private static void Collide(int keys, string eviction, string name, int hashBits)
    {
        using var driver = Create(64 << 20, eviction, partitions: 1, hashBits: hashBits);
        var run = new Longest(driver, 6 * keys);
        var hash = new KeyHash(Seed);
        var numbers = new List<long>();
        Span<byte> key = stackalloc byte[EntryKeys.Bytes];
        for (long number = 0; numbers.Count < keys; number++)
        {
            EntryKeys.Write(number, key);
            if (hashBits == 0 || ((hash.Of(key) & 0xFF) == 0 && KeyHash.TagOf(hash.Of(key)) == 7))
            {
                numbers.Add(number);
            }
        }

        for (var pass = 0; pass < 3; pass++)
        {
            foreach (var number in numbers)
            {
                Set(run, number, 100);
                EntryKeys.Write(number, key);
                run.One(new ShardOperation { Kind = pass == 2 ? OperationKind.Remove : OperationKind.Get }, key);
            }
        }

        Report(name, driver, run);
    }

    private static void Sizes(int operations, string eviction, string name, int[] sizes, int every)
    {
        using var driver = Create(Math.Max(64L << 20, 40L * operations), eviction);

        // First full of the tiniest: each larger one needs thousands of them gone.
        for (var number = 0; number < operations; number++)
        {
            Set(driver, 10_000_000_000 + number, sizes[0]);
        }

        var small = new Longest(driver, operations);
        var large = new Longest(driver, operations);
        for (var number = 0; number < operations; number++)
        {
            var turn = number % every;
            var size = sizes.Length == every ? sizes[turn] : turn == 0 ? sizes[^1] : sizes[0];
            Set(size > 2 * LargestSlot ? large : small, number, size);
        }

        Report(name, driver, small);
        if (sizes[^1] > 2 * LargestSlot)
        {
            Report($"{name}: those of a MiB and more", driver, large);
        }
    }

    private static void GrowUnderDeletes(int entries, string eviction)
    {
        using var driver = Create(256L * entries, eviction);
        var run = new Longest(driver, 4 * entries);
        Span<byte> key = stackalloc byte[EntryKeys.Bytes];
        long removed = 0;
        for (long number = 0; number < entries; number++)
        {
            Set(run, number, 100);
            if (number % 3 != 0)
            {
                Remove(run, removed++, key);
            }
        }

        while (removed < entries)
        {
            Remove(run, removed++, key);
        }

        Report("growth under deletes, then all deleted", driver, run);
    }

    private static void AllUsed(int entries, string eviction)
    {
        using var driver = Create(128L * entries, eviction);
        for (var number = 0; number < entries; number++)
        {
            Set(driver, number, 100);
        }

        Span<byte> key = stackalloc byte[EntryKeys.Bytes];
        for (var pass = 0; pass < 3; pass++)
        {
            for (var number = 0; number < entries; number++)
            {
                EntryKeys.Write(number, key);
                driver.One(new ShardOperation { Kind = OperationKind.Get }, key);
            }
        }

        var run = new Longest(driver, entries);
        for (var number = entries; number < 2 * entries; number++)
        {
            Set(run, number, 100);
        }

        Report("writes when every entry was used three times", driver, run);
    }

    private static void Lower(int entries, string eviction)
    {
        var budget = 128L * entries;
        using var driver = Create(budget, eviction);
        for (var number = 0; number < 2 * entries; number++)
        {
            Set(driver, number, number % 7 == 0 ? 300 : 50);
        }

        using var stop = new CancellationTokenSource();
        var sweeps = new Thread(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                driver.Host.Sweep();
                Thread.Sleep(50);
            }
        });
        var run = new Longest(driver, entries);
        driver.Host.SetMemoryBudget(budget / 4);
        sweeps.Start();
        for (var number = 2 * entries; number < 3 * entries; number++)
        {
            Set(run, number, number % 11 == 0 ? 1_000 : 50);
        }

        stop.Cancel();
        sweeps.Join();
        Report("budget lowered to a quarter, writes and sweeps go on", driver, run, budget);
        if (!_quiet)
        {
            Console.WriteLine($"    after it {driver.Host.UsedBytes:N0} bytes are in use, {driver.Host.MemoryBudgetBytes:N0} is the budget");
        }
    }

    private static HostDriver Create(long budget, string eviction, int partitions = Partitions, int hashBits = 64)
    {
        var host = new ShardHost(
            new ShardHostSettings
            {
                PartitionCount = partitions,
                MemoryBudgetBytes = budget,
                Limits = new CacheLimits { MaxValueBytes = 8 * 1024 * 1024 },
                Caches = new Dictionary<string, CacheOptions> { ["cache"] = new() { Eviction = eviction } },
                HashSeed = Seed,
                HashBits = hashBits,
            },
            TimeProvider.System);
        for (var partition = 0; partition < partitions; partition++)
        {
            host.Open(partition, epoch: 1);
        }

        var driver = new HostDriver(host);

        // The driver's own buffers grow here, not in what is timed.
        driver.One(new ShardOperation { Kind = OperationKind.Get }, "k"u8, Value);
        return driver;
    }

    private static void Set(Longest run, long number, int bytes)
    {
        Span<byte> key = stackalloc byte[EntryKeys.Bytes];
        EntryKeys.Write(number, key);
        run.One(new ShardOperation { Kind = OperationKind.Set, TimeToLive = 3_600_000 }, key, Value.AsSpan(0, bytes));
    }

    private static void Set(HostDriver driver, long number, int bytes)
    {
        Span<byte> key = stackalloc byte[EntryKeys.Bytes];
        EntryKeys.Write(number, key);
        driver.One(new ShardOperation { Kind = OperationKind.Set, TimeToLive = 3_600_000 }, key, Value.AsSpan(0, bytes));
    }

    private static void Remove(Longest run, long number, Span<byte> key)
    {
        EntryKeys.Write(number, key);
        run.One(new ShardOperation { Kind = OperationKind.Remove }, key);
    }

    private static void Report(string name, HostDriver driver, Longest run, long? budget = null)
    {
        driver.Host.Validate();
        if (_quiet)
        {
            return;
        }

        Console.WriteLine(run.Row(name));
        var overrun = run.MostUsed - (budget ?? driver.Host.MemoryBudgetBytes);
        if (overrun > 0)
        {
            Console.WriteLine($"    THE BUDGET WAS OVERRUN BY {overrun:N0} BYTES");
        }
    }

    /// <summary>
    /// Touches memory and gives it back, so that a virtual machine has it from its host: asking for 2 MiB takes the host 4 ms here, in a program
    /// without any engine too.
    /// </summary>
    private static unsafe void TouchMemory(long bytes)
    {
        const int hugePage = 2 << 20;
        var times = new List<double>();
        for (var pass = 0; pass < 2; pass++)
        {
            times.Clear();
            var at = Engine.Memory.VirtualMemory.Map((nint)bytes + hugePage);
            Engine.Memory.VirtualMemory.PreferHugePages(at, (nint)bytes + hugePage);
            for (var page = ((byte*)at) + hugePage - (at % hugePage); page < (byte*)at + bytes; page += hugePage)
            {
                var start = Processor.Now();
                *page = 1;
                times.Add(Processor.Now() - start);
            }

            Engine.Memory.VirtualMemory.Unmap(at, (nint)bytes + hugePage);
            times.Sort();
            Console.WriteLine($"first touch of a huge page, pass {pass + 1} over {bytes:N0} bytes: median {times[times.Count / 2] / 1000:N0} µs, longest {times[^1] / 1000:N0} µs");
        }
    }

    /// <summary>What the system and a copy take for a large value without any engine: a mapping, its pages, the copy, the end of the mapping.</summary>
    private static unsafe void ReportCopies()
    {
        foreach (var bytes in new[] { LargestSlot + 1, 1 << 20, 4 << 20 })
        {
            var times = new double[(256 << 20) / bytes];
            foreach (ref var time in times.AsSpan())
            {
                var start = Processor.Now();
                var at = Engine.Memory.VirtualMemory.Map(bytes);
                _ = bytes < 2 << 20 || Engine.Memory.VirtualMemory.PreferHugePages(at, bytes);
                Value.AsSpan(0, bytes).CopyTo(new Span<byte>((void*)at, bytes));
                Engine.Memory.VirtualMemory.Unmap(at, bytes);
                time = Processor.Now() - start;
            }

            times.Sort();
            Console.WriteLine($"copying {bytes:N0} bytes to a mapping of their own, without the engine: median {times[times.Length / 2] / 1000:N0} µs, longest {times[^1] / 1000:N0} µs");
        }
    }
}
