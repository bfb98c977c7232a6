using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Cache.GridBench.HotKeys;
using Orleans.Cache.GridBench.Processes;
using Orleans.Cache.GridBench.Scenarios;
using Orleans.Cache.GridBench.Sides;

namespace Orleans.Cache.GridBench;

/// <summary><c>hot</c>: what spreading the reads of one key over three silos brings.</summary>
internal static class HotCommand
{
    private const string ResultFile = "bench/results/hot-keys.md";
    private const int Silos = 3;

    public static Command Create()
    {
        var repeat = new Option<int>("--repeat") { Description = "How many turns each side has, after one to warm up.", DefaultValueFactory = static _ => 5 };
        var seconds = new Option<double>("--seconds") { Description = "How long a turn lasts, after four seconds that do not count.", DefaultValueFactory = static _ => 4 };
        var callers = new Option<int>("--callers") { Description = "How many callers read, each one key after the other.", DefaultValueFactory = static _ => 128 };
        var part = new Option<double>("--processor") { Description = "The part of a processor that each silo may use.", DefaultValueFactory = static _ => 1.0 / 3 };
        var write = new Option<bool>("--write") { Description = $"Writes {ResultFile}." };
        var command = new Command("hot", "Measures hot keys: one key that takes most reads, on three silos that are held to a part of a processor.") { repeat, seconds, callers, part, write };
        command.SetAction((arguments, cancellationToken) => RunAsync(
            arguments.GetValue(repeat), TimeSpan.FromSeconds(arguments.GetValue(seconds)), arguments.GetValue(callers), arguments.GetValue(part), arguments.GetValue(write), cancellationToken));
        return command;
    }

    private static async Task RunAsync(int repeat, TimeSpan duration, int callers, double part, bool write, CancellationToken cancellationToken)
    {
        string[] settings =
        [
            $"--Cache:Caches:{HotComparison.With}:NearCache=bounded",
            $"--Cache:Caches:{HotComparison.With}:HotKeys=true",
            $"--Cache:Caches:{HotComparison.With}:HotKeyReadsPerSecond=1000",
            $"--Cache:Caches:{HotComparison.Without}:NearCache=bounded",
        ];
        var limits = new List<ProcessorLimit>();
        var silos = await SiloProcess.StartAsync(Silos, Load.UsualValueBytes, settings, cancellationToken);
        var host = GridHosts.Client(silos.Select(static silo => silo.GatewayPort), static options =>
        {
            options.NearCache.Enabled = false;

            // Silos that are held back may answer late; what counts is how fast, not whether.
            options.OperationTimeout = TimeSpan.FromSeconds(30);
        });
        try
        {
            await host.StartAsync(cancellationToken);
            var grid = host.Services.GetRequiredService<ICacheGrid>();
            await GridFill.WaitUntilSpreadAsync(grid.GetCache(HotComparison.With), Silos, cancellationToken);
            var comparison = new HotComparison(grid, callers, repeat, duration);
            await comparison.PrepareAsync(cancellationToken);
            limits.AddRange(silos.Select(silo => ProcessorLimit.Of(silo.Id, part)));
            var report = Report(await comparison.RunAsync(cancellationToken), repeat, duration, callers, part);
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
            limits.ForEach(static limit => limit.Dispose());
        }
    }

    private static string Report(string table, int repeat, TimeSpan duration, int callers, double part) => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        # Hot keys

        Made by `dotnet run -c Release --project bench/Grid -- hot --repeat {repeat} --write`. {DateTime.UtcNow:yyyy-MM-dd HH:mm} UTC, turns: {repeat} of {duration.TotalSeconds:0.#} s, {Environment.ProcessorCount} processors.
        Three silos, each a process that is held to {part:0.00} of a processor; one client process without near copies, {callers} callers, each reading one key
        after the other: four of five times the same one, else one of 10,000. Values of 100 bytes. The same grid has a cache with hot keys and one without,
        which take turns; medians of the turns. Reach: 2.2 times the reads, half of the p99.

        {table}

        What holds it, and what other settings came to: [0027](../../docs/decisions/0027-hot-keys.md).
        """);
}
