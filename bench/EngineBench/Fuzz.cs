using System.Diagnostics;
using Orleans.Cache.Engine.Tests.Shards;

namespace Orleans.Cache.EngineBench;

/// <summary>Random operations against the model, in runs of a million with different sizes; each run follows from its seed.</summary>
internal static class Fuzz
{
    private const long OperationsPerRun = 1_000_000;
    private const long OperationsPerValidation = 100_000;

    public static void Run(long operations, int seed)
    {
        var watch = Stopwatch.StartNew();
        for (long done = 0; done < operations; seed++)
        {
            var options = OptionsOf(seed, out var keys, out var partitions);
            using var run = new ModelRun(seed, keys, options, partitions);
            for (long part = 0; part < OperationsPerRun; part += OperationsPerValidation)
            {
                run.Run(OperationsPerValidation);
                run.Validate();
                done += OperationsPerValidation;
            }

            Console.WriteLine($"seed {seed}: {keys} keys over {partitions} partitions agree; {done:N0} operations in {watch.Elapsed.TotalSeconds:N0} s");
        }
    }

    private static CacheOptions OptionsOf(int seed, out int keys, out int partitions)
    {
        keys = (seed % 4) switch
        {
            0 => 10,
            1 => 300,
            2 => 5_000,
            _ => 30_000,
        };
        partitions = 1 << (seed % 7);
        return seed % 3 == 0 ? new CacheOptions { MaxEntries = Math.Clamp(keys / 10, 1, 50), Eviction = "lru" } : new CacheOptions();
    }
}
