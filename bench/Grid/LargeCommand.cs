using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Cache.GridBench.LargeValues;
using Orleans.Cache.GridBench.Processes;
using Orleans.Cache.GridBench.Scenarios;
using Orleans.Cache.GridBench.Sides;

namespace Orleans.Cache.GridBench;

/// <summary><c>large</c>: what a stream of large values does to the latency of small gets on the same silo and connection.</summary>
internal static class LargeCommand
{
    private const string ResultFile = "bench/results/large-values.md";
    private static readonly int[] Callers = [1, 16];

    public static Command Create()
    {
        var bytes = new Option<int>("--value-bytes") { Description = "The size of the large values.", DefaultValueFactory = static _ => 16 << 20 };
        var repeat = new Option<int>("--repeat") { Description = "How many turns each side has, after one to warm up.", DefaultValueFactory = static _ => 5 };
        var seconds = new Option<double>("--seconds") { Description = "How long a turn lasts.", DefaultValueFactory = static _ => 3 };
        var chunk = new Option<int?>("--chunk-bytes") { Description = "The client's Lanes.SharedChunkBytes, if not the default." };
        var write = new Option<bool>("--write") { Description = $"Writes {ResultFile}." };
        var command = new Command("large", "Measures small gets alone and beside one caller that sets and gets large values, in turns.")
        {
            bytes, repeat, seconds, chunk, write,
        };
        command.SetAction((arguments, cancellationToken) => RunAsync(
            new LargeValueSettings
            {
                ValueBytes = arguments.GetValue(bytes),
                Repeats = arguments.GetValue(repeat),
                Duration = TimeSpan.FromSeconds(arguments.GetValue(seconds)),
                ChunkBytes = arguments.GetValue(chunk),
            },
            arguments.GetValue(write),
            cancellationToken));
        return command;
    }

    private static async Task RunAsync(LargeValueSettings settings, bool write, CancellationToken cancellationToken)
    {
        var silos = await SiloProcess.StartAsync(
            1, Load.UsualValueBytes, [string.Create(CultureInfo.InvariantCulture, $"--Cache:Limits:MaxValueBytes={settings.ValueBytes}")], cancellationToken);
        var host = GridHosts.Client(
            silos.Select(static silo => silo.GatewayPort),
            options => options.Lanes.SharedChunkBytes = settings.ChunkBytes ?? options.Lanes.SharedChunkBytes);
        try
        {
            await host.StartAsync(cancellationToken);
            var cache = host.Services.GetRequiredService<ICacheGrid>().GetCache();
            await GridFill.FillAsync(cache, Load.UsualValueBytes, cancellationToken);
            await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"client pid {Environment.ProcessId}, silo pid {silos[0].Id}"));
            var results = new List<(int Callers, IReadOnlyList<LargeValueTurn> Turns)>();
            foreach (var callers in Callers)
            {
                results.Add((callers, await new LargeValueComparison(cache, settings, Console.Error).RunAsync(callers, cancellationToken)));
            }

            var report = Report(settings, LargeValueTable.Of(results));
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

    private static string Report(LargeValueSettings settings, string table) => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        # Small gets beside large values

        Made by `dotnet run -c Release --project bench/Grid -- large --write`. {DateTime.UtcNow:yyyy-MM-dd HH:mm} UTC, turns: {settings.Repeats} of {settings.Duration.TotalSeconds:0.#} s, {Environment.ProcessorCount} processors.

        Gets of {Load.UsualValueBytes} bytes from one silo process by one client process over loopback; beside them one caller of the same client sets and gets a
        value of {settings.ValueBytes:N0} bytes, again and again. Turns alone and beside it alternate; the ratio is that of two turns that followed each other:
        median, and least to most. The p99 is meant to stay under twice its usual.

        {table}
        """);
}
