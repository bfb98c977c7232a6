using System.Globalization;
using Orleans.Cache.GridBench.Measurements;
using Orleans.Cache.GridBench.Reports;
using Orleans.Cache.GridBench.Sides;

namespace Orleans.Cache.GridBench.HotKeys;

/// <summary>One key that takes most of the reads, in a cache with hot keys and in one without, in turns.</summary>
/// <param name="silos">The silos, which are held back.</param>
/// <param name="clients">The processes that read.</param>
/// <param name="callers">How many callers each of them has.</param>
/// <param name="repeat">How many turns count.</param>
/// <param name="duration">How long each counts.</param>
internal sealed class HotComparison(IReadOnlyList<SiloProcess> silos, IReadOnlyList<HotCallersProcess> clients, int callers, int repeat, TimeSpan duration)
{
    public const string With = "with";
    public const string Without = "without";

    /// <summary>In each turn so much is not counted: the key is promoted meanwhile, and demoted in the turn of the other.</summary>
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(4);

    /// <summary>Reads for a while, so that .NET has compiled what runs often: processes that are held back take minutes to do so.</summary>
    public async Task WarmUpAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        foreach (var cache in new[] { Without, With })
        {
            await Task.WhenAll(clients.Select((client, number) => client.RunAsync(new HotOrder(Gateways: null, cache, callers, time, TimeSpan.Zero, number), cancellationToken)));
        }
    }

    /// <summary>Runs the turns, after one of each that does not count: the silos have just been held back.</summary>
    /// <returns>A table of what they came to.</returns>
    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        var without = new List<Turn>();
        var with = new List<Turn>();
        for (var turn = 0; turn <= repeat; turn++)
        {
            without.Add(await RunAsync(Without, cancellationToken));
            with.Add(await RunAsync(With, cancellationToken));
        }

        without.RemoveAt(0);
        with.RemoveAt(0);
        var table = new MarkdownTable(
            "hot keys", "reads per second", "p50 ms", "p99 ms", "reads: to without", "least – most", "p99: to without", "least – most", "processors: busiest silo, all silos, clients");
        Add(table, "without", without, without);
        Add(table, "with", with, without);
        return table.ToString();
    }

    private static void Add(MarkdownTable table, string name, List<Turn> turns, List<Turn> others)
    {
        var reads = Spread.Of(turns.Zip(others, static (left, right) => left.Reads / right.Reads));
        var slowest = Spread.Of(turns.Zip(others, static (left, right) => left.P99 / right.P99));
        table.Add(
            name,
            Median(turns, static turn => turn.Reads, "N0"),
            Median(turns, static turn => turn.P50 / 1000, "0.00"),
            Median(turns, static turn => turn.P99 / 1000, "0.00"),
            Number(reads.Median, "0.00"),
            $"{Number(reads.Min, "0.00")} – {Number(reads.Max, "0.00")}",
            Number(slowest.Median, "0.00"),
            $"{Number(slowest.Min, "0.00")} – {Number(slowest.Max, "0.00")}",
            $"{Median(turns, static turn => turn.BusiestSilo, "0.00")}, {Median(turns, static turn => turn.Silos, "0.00")}, {Median(turns, static turn => turn.Clients, "0.00")}");
    }

    private static string Median(List<Turn> turns, Func<Turn, double> figure, string format) => Number(Spread.Of(turns.Select(figure)).Median, format);

    private static string Number(double number, string format) => number.ToString(format, CultureInfo.InvariantCulture);

    private async Task<Turn> RunAsync(string cache, CancellationToken cancellationToken)
    {
        var turns = clients.Select((client, number) => client.RunAsync(new HotOrder(Gateways: null, cache, callers, WarmUp, duration, number), cancellationToken)).ToArray();
        await Task.Delay(WarmUp, cancellationToken);
        var used = Used();
        await Task.Delay(duration, cancellationToken);
        var use = Used().Zip(used, (now, before) => (now - before) / duration).ToArray();
        var all = new LatencyHistogram();
        foreach (var latencies in await Task.WhenAll(turns))
        {
            all.Add(latencies);
        }

        return new Turn(
            all.Count / duration.TotalSeconds, all.Percentile(0.5), all.Percentile(0.99), use[..silos.Count].Max(), use[..silos.Count].Sum(), use[silos.Count..].Sum());
    }

    /// <summary>The processor time of the silos, and then of the clients.</summary>
    private TimeSpan[] Used() => [.. silos.Select(static silo => silo.ProcessorTime), .. clients.Select(static client => client.ProcessorTime)];

    private readonly record struct Turn(double Reads, double P50, double P99, double BusiestSilo, double Silos, double Clients);
}
