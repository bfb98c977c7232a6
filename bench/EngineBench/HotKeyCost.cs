using System.Globalization;
using Orleans.Cache.Engine.HotKeys;

namespace Orleans.Cache.EngineBench;

/// <summary>What looking for hot keys costs gets and sets of a silo that owns all partitions: without, counting, and with keys that are hot. The same entries for all.</summary>
internal static class HotKeyCost
{
    private const int Repeats = 15;
    private const int Pinned = 16;

    public static void Run(int entries, int operations)
    {
        using var load = new Replicas.Load("hot", followers: 0, entries);
        var counting = new HotKeyTables(load.Shards, TimeProvider.System);
        var pinned = WithPins(new HotKeyTables(load.Shards, TimeProvider.System));
        (string Name, HotKeyTables? Tables)[] sides = [("without", null), ("counting", counting), ($"{Pinned} hot keys", pinned)];
        var best = new (double Get, double Set, double Bytes)[sides.Length];
        Array.Fill(best, (double.MaxValue, double.MaxValue, 0));
        for (var repeat = -1; repeat < Repeats; repeat++)
        {
            // Each begins a round once: what comes first is often slower. The first round is for warming up.
            for (var turn = 0; turn < sides.Length; turn++)
            {
                var side = (turn + repeat + 1) % sides.Length;
                load.HotKeys = sides[side].Tables;
                load.Measure(operations, entries, repeat);
                if (repeat >= 0)
                {
                    best[side] = (Math.Min(best[side].Get, load.Get), Math.Min(best[side].Set, load.Set), load.GetBytes);
                }

                load.Forget();
            }
        }

        Console.WriteLine($"{entries} entries, batches of 64, {operations} operations {Repeats} times, one thread; the best of each");
        Console.WriteLine("| | get ns | ratio | set ns | ratio | bytes per get |");
        Console.WriteLine("|---|---|---|---|---|---|");
        for (var side = 0; side < sides.Length; side++)
        {
            var (get, set, bytes) = best[side];
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"| {sides[side].Name} | {get:F1} | {get / best[0].Get:F3} | {set:F1} | {set / best[0].Set:F3} | {bytes:F2} |"));
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
