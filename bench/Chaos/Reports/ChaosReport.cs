using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Orleans.Cache.GridBench.Reports;

namespace Orleans.Cache.Chaos.Reports;

/// <summary>Writes results down, for people and for programs.</summary>
internal static class ChaosReport
{
    private const int SamplesShown = 20;

    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower) },
    };

    public static string Json(IReadOnlyList<ChaosResult> results) => JsonSerializer.Serialize(results, Options);

    public static string Markdown(IReadOnlyList<ChaosResult> results, string machine)
    {
        var text = new StringBuilder("# Chaos: faults done to real processes\n\n");
        text.Append(machine).Append("\n\n");
        text.Append("Lost: keys whose acknowledged writes were gone when everything was quiet. Wrong: reads that returned less than what had been acknowledged before they began, or what nobody wrote. Bound: with none lost, the share of writes that may be lost all the same, with a confidence of 95 % (three divided by the writes).\n\n");
        var summary = new MarkdownTable("scenario", "what happens", "rounds", "writes acknowledged", "reads", "lost", "wrong", "bound");
        foreach (var result in results)
        {
            summary.Add(
                result.Scenario,
                result.About,
                Number(result.Rounds),
                Number(result.Writes),
                Number(result.Reads),
                result.LossIsExpected ? $"{Number(result.Lost)} (silently {Number(result.SilentlyLost.Count)} partitions)" : Number(result.Lost),
                result.LossIsExpected ? "not judged" : Number(result.Wrong),
                result.Bound?.ToString("0.0e+0", CultureInfo.InvariantCulture) ?? "-");
        }

        text.Append(summary);
        foreach (var result in results)
        {
            Append(text, result);
        }

        return text.ToString();
    }

    private static void Append(StringBuilder text, ChaosResult result)
    {
        text.Append(CultureInfo.InvariantCulture, $"\n## {result.Scenario}\n\n`{result.Command}`\n\nSeed {result.Seed}, {result.Silos} silos at the begin, {result.Network}; silos that ended by themselves: {result.EndedByThemselves}. The read furthest behind what was acknowledged: {result.LongestBehind.TotalMilliseconds:N0} ms.\n");
        if (result.Recoveries.Count > 0)
        {
            text.Append("\nMilliseconds on keys whose owner the fault befell (all keys where silos are added). First: from the fault to the end of the first good call that began after it. Longest outage: of a key, at any time until the grid was whole again, from the begin of the first call that failed or was slow to the end of the good one.\n\n");
            var table = new MarkdownTable("fault", "what", "times", "keys", "p50", "p99", "longest");
            foreach (var recovery in result.Recoveries)
            {
                Add(table, recovery, "first read", recovery.Reads);
                Add(table, recovery, "first write", recovery.Writes);
                Add(table, recovery, "longest outage of reads", recovery.ReadOutages);
                Add(table, recovery, "longest outage of writes", recovery.WriteOutages);
            }

            text.Append(table);
        }

        if (result.Arrivals is { Pauses.Keys: > 0 } arrivals)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n{arrivals.Pauses.Keys} partitions were handed from one silo to another. In milliseconds they took no writes for: p50 {Milliseconds(arrivals.Pauses.P50)}, p99 {Milliseconds(arrivals.Pauses.P99)}, longest {Milliseconds(arrivals.Pauses.Longest)}.");
            text.Append(arrivals.Ideal > 0
                ? string.Create(CultureInfo.InvariantCulture, $" {arrivals.Moved} entries were sent to fill copies, {arrivals.Moved / arrivals.Ideal:F2} times as many as if each silo that came or went had moved its share only.\n")
                : "\n");
        }

        AppendCounts(text, result);
    }

    private static void AppendCounts(StringBuilder text, ChaosResult result)
    {
        if (result.Errors.Count > 0)
        {
            text.Append("\nCalls that ended in errors:\n\n");
            var table = new MarkdownTable("call", "error", "where", "count");
            foreach (var error in result.Errors)
            {
                table.Add(error.Operation, error.Exception, error.Where.ToString(), Number(error.Count));
            }

            text.Append(table);
        }

        if (result.Violations.Count > 0)
        {
            text.Append("\nWhat was wrong:\n\n");
            var table = new MarkdownTable("kind", "example", "count");
            foreach (var (kind, count) in result.Violations.OrderBy(static pair => pair.Key))
            {
                var example = result.Samples.First(sample => sample.Kind == kind);
                table.Add(kind.ToString(), $"{example.Key} {example.Reader} at {example.Seconds.ToString("F1", CultureInfo.InvariantCulture)} s: {example.Seen}", Number(count));
            }

            text.Append(table);
        }

        if (result.SilentlyLost.Count > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"\nPartitions that lost keys in silence: {string.Join(", ", result.SilentlyLost.Take(SamplesShown))}{(result.SilentlyLost.Count > SamplesShown ? " ..." : string.Empty)}\n");
        }
    }

    private static void Add(MarkdownTable table, Recovery recovery, string call, RecoveryTimes times) => table.Add(
        recovery.Fault, call, Number(recovery.Times), Number(times.Keys), Milliseconds(times.P50), Milliseconds(times.P99), Milliseconds(times.Longest));

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Milliseconds(double milliseconds) => milliseconds.ToString("F0", CultureInfo.InvariantCulture);
}
