using System.Globalization;
using Orleans.Cache.Engine.HotKeys;

namespace Orleans.Cache.EngineBench;

/// <summary>What looking for hot keys costs gets and sets of a silo that owns all partitions: without, counting, and with keys that are hot. The same entries for all.</summary>
internal static class HotKeyCost
{
    private const int Repeats = 31;
    private const int Pinned = 16;

    public static void Run(int entries, int operations)
    {
        using var load = new Replicas.Load("hot", followers: 0, entries);
        var counting = new HotKeyTables(load.Shards, TimeProvider.System);
        var pinned = WithPins(new HotKeyTables(load.Shards, TimeProvider.System));
        (string Name, HotKeyTables? Tables)[] sides = [("without", null), ("counting", counting), ($"{Pinned} hot keys", pinned)];
        var rounds = sides.Select(static _ => new List<(double Get, double Set, double Bytes)>()).ToArray();
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
                    rounds[side].Add((load.Get, load.Set, load.GetBytes));
                }

                load.Forget();
            }
        }

        Console.WriteLine($"{entries} entries, batches of 64, {operations} operations {Repeats} times, one thread; processor time, medians, and of ratios those within a round");
        Console.WriteLine("| | get ns | ratio | set ns | ratio | bytes per get |");
        Console.WriteLine("|---|---|---|---|---|---|");
        for (var side = 0; side < sides.Length; side++)
        {
            var pairs = rounds[side].Zip(rounds[0]).ToArray();
            var (get, set) = (Median(rounds[side].Select(static round => round.Get)), Median(rounds[side].Select(static round => round.Set)));
            var (gets, sets) = (Median(pairs.Select(static pair => pair.First.Get / pair.Second.Get)), Median(pairs.Select(static pair => pair.First.Set / pair.Second.Set)));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"| {sides[side].Name} | {get:F1} | {gets:F3} | {set:F1} | {sets:F3} | {rounds[side].Average(static round => round.Bytes):F2} |"));
        }
    }

    private static double Median(IEnumerable<double> values) => values.Order().ElementAt(Repeats / 2);

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
