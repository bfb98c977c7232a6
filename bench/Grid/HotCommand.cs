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
    private const int KeysInCall = 500;

    private static readonly TimeSpan WarmUpOfProcess = TimeSpan.FromSeconds(2);

    public static Command Create()
    {
        var repeat = new Option<int>("--repeat") { Description = "How many turns each side has, after one to warm up.", DefaultValueFactory = static _ => 5 };
        var seconds = new Option<double>("--seconds") { Description = "How long a turn lasts, after four seconds that do not count.", DefaultValueFactory = static _ => 4 };
        var clients = new Option<int>("--clients") { Description = "How many processes read.", DefaultValueFactory = static _ => 1 };
        var callers = new Option<int>("--callers") { Description = "How many callers each of them has, which read one key after the other.", DefaultValueFactory = static _ => 128 };
        var part = new Option<double>("--processor") { Description = "The part of a processor that each silo may use.", DefaultValueFactory = static _ => 1.0 / 3 };
        var write = new Option<bool>("--write") { Description = $"Writes {ResultFile}." };
        var command = new Command("hot", "Measures hot keys: one key that takes most reads, on three silos that are held to a part of a processor.") { repeat, seconds, clients, callers, part, write };
        command.SetAction((arguments, cancellationToken) => RunAsync(
            new HotSettings(
                arguments.GetValue(repeat), TimeSpan.FromSeconds(arguments.GetValue(seconds)), arguments.GetValue(clients), arguments.GetValue(callers), arguments.GetValue(part)),
            arguments.GetValue(write),
            cancellationToken));
        return command;
    }

    private static async Task RunAsync(HotSettings settings, bool write, CancellationToken cancellationToken)
    {
        string[] caches =
        [
            $"--Cache:Caches:{HotComparison.With}:NearCache=bounded",
            $"--Cache:Caches:{HotComparison.With}:HotKeys=true",
            $"--Cache:Caches:{HotComparison.With}:HotKeyReadsPerSecond=1000",
            $"--Cache:Caches:{HotComparison.Without}:NearCache=bounded",
        ];
        var limits = new List<ProcessorLimit>();
        var clients = new List<HotCallersProcess>();
        var silos = await SiloProcess.StartAsync(Silos, Load.UsualValueBytes, caches, cancellationToken);
        try
        {
            var gateways = silos.Select(static silo => silo.GatewayPort).ToArray();
            await FillAsync(gateways, cancellationToken);
            while (clients.Count < settings.Clients)
            {
                clients.Add(new HotCallersProcess());
                await clients[^1].ConnectAsync(gateways, cancellationToken);
            }

            var comparison = new HotComparison(silos, clients, settings.Callers, settings.Repeat, settings.Duration);
            await comparison.WarmUpAsync(WarmUpOfProcess * (settings.Clients + Silos), cancellationToken);
            limits.AddRange(silos.Select(silo => ProcessorLimit.Of(silo.Id, settings.Part)));
            var report = Report(await comparison.RunAsync(cancellationToken), settings);
            Console.Write(report);
            if (write)
            {
                await File.WriteAllTextAsync(Path.Combine(Programs.Repository().FullName, ResultFile), report, cancellationToken);
            }
        }
        finally
        {
            foreach (var client in clients)
            {
                await client.DisposeAsync();
            }

            await SiloProcess.DisposeAsync(silos);
            limits.ForEach(static limit => limit.Dispose());
        }
    }

    /// <summary>Brings the entries into the grid.</summary>
    private static async Task FillAsync(int[] gateways, CancellationToken cancellationToken)
    {
        var host = GridHosts.Client(gateways);
        try
        {
            await host.StartAsync(cancellationToken);
            var grid = host.Services.GetRequiredService<ICacheGrid>();
            await GridFill.WaitUntilSpreadAsync(grid.GetCache(HotComparison.With), Silos, cancellationToken);
            foreach (var name in new[] { HotComparison.With, HotComparison.Without })
            {
                foreach (var keys in HotKeySet.Create().Chunk(KeysInCall))
                {
                    await grid.GetCache(name).SetManyAsync([.. keys.Select(static key => new CacheSetItem(key, new byte[Load.UsualValueBytes]))], cancellationToken);
                }
            }
        }
        finally
        {
            await GridHosts.StopAsync(host);
        }
    }

    private static string Report(string table, HotSettings settings) => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        # Hot keys

        Made by `dotnet run -c Release --project bench/Grid -- hot --repeat {settings.Repeat} --clients {settings.Clients} --callers {settings.Callers} --write`. {DateTime.UtcNow:yyyy-MM-dd HH:mm} UTC, turns: {settings.Repeat} of {settings.Duration.TotalSeconds:0.#} s, {Environment.ProcessorCount} processors.
        Three silos, each a process that is held to {settings.Part:0.00} of a processor; read by {settings.Clients} × {settings.Callers} callers (client processes without near copies × callers in each), one key
        after the other: four of five times the same one, else one of 10,000. Values of 100 bytes. The same grid has a cache with hot keys and one without,
        which take turns; medians of the turns. Reach: 2.2 times the reads, half of the p99.

        {table}

        What holds it, and what other settings came to: [0027](../../docs/decisions/0027-hot-keys.md).
        """);

    private sealed record HotSettings(int Repeat, TimeSpan Duration, int Clients, int Callers, double Part);
}
