using System.Globalization;
using Orleans.Cache.Engine.HotKeys;

namespace Orleans.Cache.EngineBench;

/// <summary>What looking for hot keys costs gets and sets of a silo that owns all partitions: without, counting, and with keys that are hot.</summary>
internal static class HotKeyCost
{
    private const int Repeats = 15;
    private const int Pinned = 16;

    public static void Run(int entries, int operations)
    {
        using var without = new Replicas.Load("without", followers: 0, entries);
        using var counting = new Replicas.Load("counting", followers: 0, entries) { HotKeys = shards => new HotKeyTables(shards, TimeProvider.System) };
        using var hot = new Replicas.Load($"{Pinned} hot keys", followers: 0, entries) { HotKeys = shards => WithPins(new HotKeyTables(shards, TimeProvider.System)) };
        Replicas.Load[] loads = [without, counting, hot];
        for (var repeat = 0; repeat < Repeats; repeat++)
        {
            // Each begins a round once: what comes first is often slower.
            for (var turn = 0; turn < loads.Length; turn++)
            {
                loads[(turn + repeat) % loads.Length].Measure(operations, entries, repeat);
            }
        }

        Console.WriteLine($"{entries} entries, batches of 64, {operations} operations {Repeats} times, one thread; the best of each");
        Console.WriteLine("| | get ns | ratio | set ns | ratio | bytes per get |");
        Console.WriteLine("|---|---|---|---|---|---|");
        foreach (var load in loads)
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"| {load.Name} | {load.Get:F1} | {load.Get / without.Get:F3} | {load.Set:F1} | {load.Set / without.Set:F3} | {load.GetBytes:F2} |"));
        }
    }

    private static HotKeyTables WithPins(HotKeyTables tables)
    {
        foreach (var (_, table) in tables.All)
        {
            for (var number = 0; number < Pinned; number++)
            {
                var key = BitConverter.GetBytes(number);
                table.Pin(tables.HashOf(key), key, isPinned: true);
            }
        }

        return tables;
    }
}
