using System.CommandLine;
using System.Globalization;
using Orleans.Cache.GridBench.NearCaches;
using Orleans.Cache.GridBench.Processes;
using Orleans.Cache.GridBench.Reports;
using Orleans.Cache.GridBench.Scenarios;
using Orleans.Cache.GridBench.Sides;

namespace Orleans.Cache.GridBench;

/// <summary><c>suspend</c>: whether a process with near copies reads what is old after it stood still.</summary>
internal static class SuspendCommand
{
    private const string ResultFile = "bench/results/near-suspended.md";
    private const int Silos = 3;
    private const int Processes = 3;

    public static Command Create()
    {
        var seconds = new Option<double>("--seconds") { Description = "How long processes are suspended and resumed.", DefaultValueFactory = static _ => 60 };
        var write = new Option<bool>("--write") { Description = $"Writes {ResultFile}." };
        var command = new Command("suspend", "Suspends processes that read near copies while others write, and counts what they read that is old. Needs Unix.") { seconds, write };
        command.SetAction((arguments, cancellationToken) => RunAsync(TimeSpan.FromSeconds(arguments.GetValue(seconds)), arguments.GetValue(write), cancellationToken));
        return command;
    }

    private static async Task RunAsync(TimeSpan duration, bool write, CancellationToken cancellationToken)
    {
        var table = new MarkdownTable("near caches", "reads", "of them near", "older than acknowledged", "failed reads", "writes acknowledged", "failed writes", "suspensions", "silos killed");
        foreach (var cache in new[] { NearGrid.Strict, NearGrid.Bounded })
        {
            var (seen, written, failed, suspensions, killed) = await RunAsync(cache, duration, cancellationToken);
            table.Add(
                cache, Number(seen.Reads), string.Create(CultureInfo.InvariantCulture, $"{100.0 * seen.Near / seen.Reads:F1} %"), Number(seen.Old), Number(seen.Failed),
                Number(written), Number(failed), Number(suspensions), Number(killed));
        }

        var report = string.Create(
            CultureInfo.InvariantCulture,
            $"""
            # Near caches in processes that stand still

            Made by `dotnet run -c Release --project bench/Grid -- suspend --seconds {duration.TotalSeconds:0} --write`. {DateTime.UtcNow:yyyy-MM-dd HH:mm} UTC, {Environment.ProcessorCount} processors.
            {Silos} silo processes, of which one is killed in the middle; {Processes} processes read near copies, and one after the other is suspended (`SIGSTOP`) for 0.1 to 4 s and resumed; one process writes numbers that
            rise. Each read is held against the number that had been acknowledged when it began, which all processes see in shared memory. Reach: with strict near caches none older, of ten million reads. Bounded ones
            may read what is old for a second, and show that the observer sees it.

            {table}
            """);
        Console.Write(report);
        if (write)
        {
            await File.WriteAllTextAsync(Path.Combine(Programs.Repository().FullName, ResultFile), report, cancellationToken);
        }
    }

    private static async Task<(ReaderOutcome Seen, long Written, long Failed, int Suspensions, int Killed)> RunAsync(string cache, TimeSpan duration, CancellationToken cancellationToken)
    {
        var silos = await SiloProcess.StartAsync(Silos, Load.UsualValueBytes, [$"--Cache:Caches:{cache}:NearCache={cache}"], cancellationToken);
        var readers = Enumerable.Range(0, Processes).Select(static _ => new ReaderProcess()).ToArray();
        try
        {
            return await new SuspendedReaders(silos, readers, cache, duration).RunAsync(cancellationToken);
        }
        finally
        {
            foreach (var reader in readers)
            {
                await reader.DisposeAsync();
            }

            await SiloProcess.DisposeAsync(silos);
        }
    }

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
