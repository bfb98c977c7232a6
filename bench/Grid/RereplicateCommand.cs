using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Cache.GridBench.Losses;
using Orleans.Cache.GridBench.Processes;
using Orleans.Cache.GridBench.Reports;
using Orleans.Cache.GridBench.Sides;

namespace Orleans.Cache.GridBench;

/// <summary><c>rereplicate</c>: how long entries of a silo that was killed have one copy fewer, and what callers feel of their being copied.</summary>
internal static class RereplicateCommand
{
    private const string ResultFile = "bench/results/rereplication.md";
    private const int Silos = 3;
    private const int ValueBytes = 10 * 1024;

    private static readonly TimeSpan Stretch = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Budget = TimeSpan.FromMinutes(3);

    public static Command Create()
    {
        var write = new Option<bool>("--write") { Description = $"Writes {ResultFile}." };
        var set = new Option<string[]>("--set") { Description = "A setting of all silos, such as Cache:Replication:MoveBytesPerSecond=0." };
        var command = new Command("rereplicate", "Kills one of three silos that hold 1 GB twice, and measures until everything has two copies again.") { write, set };
        command.SetAction((arguments, cancellationToken) => RunAsync(
            [.. (arguments.GetValue(set) ?? []).Select(static setting => $"--{setting}")], arguments.GetValue(write), cancellationToken));
        return command;
    }

    private static async Task RunAsync(string[] settings, bool write, CancellationToken cancellationToken)
    {
        var silos = await SiloProcess.StartAsync(Silos, ValueBytes, settings, cancellationToken);
        var host = GridHosts.Client(silos.Select(static silo => silo.GatewayPort));
        try
        {
            await host.StartAsync(cancellationToken);
            var grid = host.Services.GetRequiredService<ICacheGrid>();
            await GridFill.WaitUntilSpreadAsync(grid.GetCache(), Silos, cancellationToken);
            await GridFill.FillAsync(grid.GetCache(), ValueBytes, cancellationToken);
            await WaitUntilCopiedAsync(grid, cancellationToken);

            await using var callers = new SteadyCallers(grid.GetCache(), ValueBytes);
            await Task.Delay(Stretch, cancellationToken);
            var before = callers.Take();
            await Task.Delay(Stretch, cancellationToken);
            before = callers.Take();

            // Not the first silo, which keeps the membership.
            var killed = Stopwatch.GetTimestamp();
            silos[^1].Kill();
            await WaitUntilLackingAsync(grid, cancellationToken);
            var noticed = Stopwatch.GetElapsedTime(killed);
            await WaitUntilCopiedAsync(grid, cancellationToken);
            var copied = Stopwatch.GetElapsedTime(killed);
            var during = callers.Take();
            await Task.Delay(Stretch, cancellationToken);
            var after = callers.Take();
            var report = Report(noticed, copied, before, during, after);
            Console.Write(report);
            if (write)
            {
                await File.WriteAllTextAsync(Path.Combine(Programs.Repository().FullName, ResultFile), report, cancellationToken);
            }
        }
        finally
        {
            await GridHosts.StopAsync(host);
            await SiloProcess.DisposeAsync(silos);
        }
    }

    private static Task WaitUntilLackingAsync(ICacheGrid grid, CancellationToken cancellationToken) =>
        WaitAsync(grid, static topology => topology.Silos.Count < Silos, cancellationToken);

    private static Task WaitUntilCopiedAsync(ICacheGrid grid, CancellationToken cancellationToken) =>
        WaitAsync(grid, static topology => topology.PartitionsLackingCopies == 0, cancellationToken);

    private static async Task WaitAsync(ICacheGrid grid, Func<GridTopology, bool> isSo, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                if (isSo(await grid.GetTopologyAsync(cancellationToken)))
                {
                    return;
                }
            }
            catch (CacheException)
            {
                // Asked of the silo that was just killed.
            }

            if (Stopwatch.GetElapsedTime(started) > Budget)
            {
                throw new BenchException("The partitions did not get their copies back. See what the silos log.");
            }

            await Task.Delay(50, cancellationToken);
        }
    }

    private static string Report(TimeSpan noticed, TimeSpan copied, CallerCounts before, CallerCounts during, CallerCounts after)
    {
        var table = new MarkdownTable("when", "seconds", "calls a second", "to before", "p99 ms", "longest ms", "errors");
        foreach (var (when, counts) in new[] { ("before", before), ("from the kill until all copies are there", during), ("after", after) })
        {
            table.Add(
                when,
                Number(counts.Seconds),
                counts.PerSecond.ToString("N0", CultureInfo.InvariantCulture),
                (counts.PerSecond / before.PerSecond).ToString("0.00", CultureInfo.InvariantCulture),
                Number(counts.P99Milliseconds),
                Number(counts.LongestMilliseconds),
                counts.Errors.ToString(CultureInfo.InvariantCulture));
        }

        return string.Create(
            CultureInfo.InvariantCulture,
            $"""
            # Copies made again after a loss

            Made by `dotnet run -c Release --project bench/Grid -- rereplicate --write`. {DateTime.UtcNow:yyyy-MM-dd HH:mm} UTC, {Environment.ProcessorCount} processors.
            {Silos} silos hold {DataSet.Keys:N0} entries with values of {ValueBytes:N0} bytes ({(long)DataSet.Keys * ValueBytes >> 20:N0} MiB) in two copies each; {SteadyCallers.Callers} callers of one process read, and
            write one call in ten. One silo is killed, and two thirds of the entries lack a copy. All processes share the processors.

            The loss is in the map after {Number(noticed.TotalSeconds)} s; **all copies are there {Number(copied.TotalSeconds)} s after the kill** (reach: 60 s, calls a second down by at most 25 %).

            {table}
            """);
    }

    private static string Number(double number) => number.ToString("0.0", CultureInfo.InvariantCulture);
}
