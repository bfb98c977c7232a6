using System.Diagnostics;
using Orleans.Cache.Engine.Replication;
using Orleans.Cache.Simulation.Planted;
using Orleans.Cache.Simulation.World;

namespace Orleans.Cache.Simulation;

/// <summary>Runs many seeds of the replication simulator, or one with all that happened in it, or looks how soon planted mistakes are found.</summary>
internal static class Program
{
    private const int NotesOfViolation = 80;

    private const string Usage = """
        dotnet run -c Release --project bench/Simulation -- [options]
          --seeds N     how many seeds to run (1000)
          --from N      the first of them (1)
          --seed N      run one, and print what happened in it
          --flaw NAME   with a mistake planted
          --shards      over the product's shards in place of the simulator's own store
          --flaws       for each mistake the first seed that finds it
        """;

    private static int Main(string[] arguments)
    {
        ulong seeds = 1000, from = 1, seed = 0;
        var flaw = Flaw.None;
        var flaws = false;
        var shards = false;
        for (var index = 0; index < arguments.Length; index++)
        {
            var value = index + 1 < arguments.Length ? arguments[index + 1] : "";
            switch (arguments[index])
            {
                case "--seeds" when ulong.TryParse(value, out seeds):
                case "--from" when ulong.TryParse(value, out from):
                case "--seed" when ulong.TryParse(value, out seed):
                case "--flaw" when Enum.TryParse(value, out flaw):
                    index++;
                    break;
                case "--shards":
                    shards = true;
                    break;
                case "--flaws":
                    flaws = true;
                    break;
                default:
                    Console.Error.WriteLine(Usage);
                    return 2;
            }
        }

        return seed != 0 ? RunOne(seed, flaw, shards) : flaws ? FindFlaws(from, seeds) : RunMany(from, seeds, flaw, shards);
    }

    private static int RunOne(ulong seed, Flaw flaw, bool shards)
    {
        var result = Simulator.Run(seed, flaw, takesNotes: true, shards);
        foreach (var note in result.Notes)
        {
            Console.WriteLine(note);
        }

        Console.WriteLine(result.Violation ?? "no violation");
        return result.Violation is null ? 0 : 1;
    }

    private static int RunMany(ulong from, ulong seeds, Flaw flaw, bool shards)
    {
        var clock = Stopwatch.StartNew();
        long operations = 0, events = 0, losses = 0, violations = 0;
        var counts = new SortedDictionary<ReplicationEvent, long>();
        var faults = new SortedDictionary<FaultKind, long>();
        for (var seed = from; seed < from + seeds; seed++)
        {
            var result = Simulator.Run(seed, flaw, takesNotes: false, shards);
            operations += result.Operations;
            events += result.Events;
            losses += result.Losses;
            Sum(counts, result.Counts);
            Sum(faults, result.Faults);
            if (result.Violation is not null && violations++ < 3)
            {
                Console.WriteLine(Simulator.Explain(result, flaw, NotesOfViolation, shards));
            }
        }

        var seconds = clock.Elapsed.TotalSeconds;
        Console.WriteLine($"{seeds} seeds from {from}, {violations} violations; {operations} operations, {events} events, {losses} partitions given up");
        Console.WriteLine($"{seconds:0.0} s, {seconds / seeds * 1000:0.00} ms per seed, {events / seconds / 1000:0} events per ms");
        Console.WriteLine($"faults: {string.Join(", ", faults.Select(pair => $"{pair.Key} {pair.Value}"))}");
        Console.WriteLine($"copies: {string.Join(", ", counts.Select(pair => $"{pair.Key} {pair.Value}"))}");
        return violations == 0 ? 0 : 1;
    }

    private static int FindFlaws(ulong from, ulong seeds)
    {
        var missed = 0;
        foreach (var flaw in Enum.GetValues<Flaw>().Where(static flaw => flaw != Flaw.None))
        {
            var clock = Stopwatch.StartNew();
            SimulationResult? found = null;
            for (var seed = from; seed < from + seeds && found is null; seed++)
            {
                var result = Simulator.Run(seed, flaw);
                found = result.Violation is null ? null : result;
            }

            missed += found is null ? 1 : 0;
            Console.WriteLine($"{flaw,-30} seed {found?.Seed.ToString() ?? "none",6}, {clock.Elapsed.TotalSeconds,5:0.0} s: {found?.Violation?.Split('\n')[0]}");
        }

        return missed == 0 ? 0 : 1;
    }

    private static void Sum<TKey>(SortedDictionary<TKey, long> sums, IReadOnlyDictionary<TKey, int> counts)
        where TKey : notnull
    {
        foreach (var (key, count) in counts)
        {
            sums[key] = sums.GetValueOrDefault(key) + count;
        }
    }
}
