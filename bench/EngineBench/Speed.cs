namespace Orleans.Cache.EngineBench;

/// <summary>
/// Nanoseconds for each operation, one thread, the engine and a dictionary one after the other in the same process. The time that drawing
/// and writing keys takes is measured alone and taken off both. Times are processor time of the thread, because others share the machine.
/// </summary>
internal static class Speed
{
    private const long Budget = 6L << 30;
    private const int Repeats = 5;

    /// <param name="entries">How many entries there are.</param>
    /// <param name="operations">How many operations are timed together.</param>
    /// <param name="parts">What to leave in: "dictionary", "hits", "insert"; none: all.</param>
    public static void Run(int entries, int operations, string[] parts)
    {
        bool Has(string part) => parts.Length == 0 || parts.Contains(part);

        var keys = Best(operations, (ref ulong state) =>
        {
            Span<byte> key = stackalloc byte[EntryKeys.Bytes];
            for (var index = 0; index < operations; index++)
            {
                EntryKeys.Write(EntryKeys.Draw(ref state, entries), key);
            }
        });
        Console.WriteLine($"keys alone {keys:F0} ns, taken off");
        var dictionary = Has("dictionary") ? MeasureDictionary(entries, operations, keys) : default;
        foreach (var partitions in Has("hits") ? new[] { 1024, 1 } : [])
        {
            foreach (var batch in new[] { 32, 1 })
            {
                using var load = new EngineLoad(EngineLoad.CreateHost(Budget, partitions), batch);
                var start = Processor.Now();
                load.Insert(0, entries / batch * batch);
                var filled = (Processor.Now() - start) / entries;
                var get = Best(operations, (ref ulong state) => { load.Get(operations, entries / batch * batch, ref state); }) - keys;
                var overwrite = Best(operations, (ref ulong state) => load.Overwrite(operations, entries / batch * batch, ref state)) - keys;
                Report($"{partitions} partitions, batches of {batch}", get, overwrite, filled, dictionary);
            }
        }

        foreach (var batch in Has("insert") ? new[] { 32, 1 } : [])
        {
            using var load = new EngineLoad(EngineLoad.CreateHost(Budget, maxEntries: entries), batch);
            long next = entries / batch * batch;
            load.Insert(0, next);
            var insert = Best(operations, (ref ulong _) =>
            {
                load.Insert(next, operations);
                next += operations;
            }) - keys;
            Console.WriteLine($"insert with eviction, batches of {batch}: {insert:F0} ns");
        }
    }

    private static (double Get, double Overwrite) MeasureDictionary(int entries, int operations, double keys)
    {
        using var load = new DictionaryLoad(entries, 32);
        load.Insert(0, entries);
        var get = Best(operations, (ref ulong state) => load.Get(operations, entries, ref state)) - keys;
        var overwrite = Best(operations, (ref ulong state) => load.Overwrite(operations, entries, ref state)) - keys;
        Console.WriteLine($"ConcurrentDictionary: get {get:F0} ns, overwrite {overwrite:F0} ns");
        return (get, overwrite);
    }

    private static void Report(string what, double get, double overwrite, double filled, (double Get, double Overwrite) dictionary)
    {
        var ratios = dictionary.Get == 0 ? "" : $" ({get / dictionary.Get:F2} and {overwrite / dictionary.Overwrite:F2} of the dictionary)";
        Console.WriteLine($"{what}: get {get:F0} ns, overwrite {overwrite:F0} ns{ratios}; filling {filled:F0} ns");
    }

    private static double Best(int operations, Work work)
    {
        var best = double.MaxValue;
        for (var repeat = 0; repeat < Repeats; repeat++)
        {
            var state = (ulong)repeat;
            var start = Processor.Now();
            work(ref state);
            best = Math.Min(best, (Processor.Now() - start) / operations);
        }

        return best;
    }

    private delegate void Work(ref ulong state);
}
