using System.Globalization;
using System.Text;
using Orleans.Cache.GridBench.Measurements;
using Orleans.Cache.GridBench.OpenLoop;
using Orleans.Cache.GridBench.Scenarios;
using Orleans.Cache.GridBench.Sockets;

namespace Orleans.Cache.GridBench.Reports;

/// <summary>The report for people: ratios first, since they are what another machine would see too.</summary>
internal static class MarkdownReport
{
    private const string ReachText = """
        *Ratio* is the grid's operations per second over the rival's in the same turn, unless the row names something else: median, and least
        to most, of the turns. *Processor ratio* is the processor time of all processes for an operation over the rival's: below 1 the grid is
        cheaper.
        """;

    private const string FigureText = """
        Figures of the machine that this was run on: medians of the turns. Latencies are those of a call, so of a whole batch where there is
        one. *Processors* are how many each kept busy. In process, client and silo are one.
        """;

    private const string Method = """
        - Everything runs on one machine over loopback, 100,000 keys, all present. The contestants of a scenario take turns (A B C A B C ...)
          after a turn to warm up (2 s; of the grid 5 s for each silo, until .NET has compiled what runs often), each with its servers in processes of their own; those of the others stand idle meanwhile.
        - **Grid**: the ready-made silo as it is out of the box (with more memory for values of 10 KiB), under the load of a client process with
          the public API. The silo is asked for its allocations and processor time by a startup hook; nothing of that is in the product.
        - **Redis** runs without persistence under `redis-benchmark`, its best case. It has neither a mix nor Zipf's law: for 9 gets : 1 set the
          nine tenths that read and the tenth that writes run one after the other on keys that are all as likely, and their times add up; the
          latencies are those of the reads. Its p99.9 is that of 99.902 %.
        - **memcached** runs with its defaults but for memory (4 GiB), under the benchmark's own load: one thread, epoll, meta commands, `-c`
          connections with pipelines of `-P`, as `redis-benchmark` has them. It gets the real mix.
        - **Processor time** is user and system time of the client's and the servers' processes, also those of rivals and their load.
        - **Fixed rate**: one generator with an adapter for each system: the grid's client, and a shared pipelined connection (four of them) for
          the others. What is due is sent every 0.1 ms, which is part of every latency.
        - Bytes allocated for a get in a batch: the client's without those of the value; the silo's as they are. .NET's count jumps
          when its garbage collector changes the number of its heaps, which the median of the turns leaves out.

        """;

    private static string LatencyText { get; } = string.Create(CultureInfo.InvariantCulture, $"""
        Single gets of {Load.UsualValueBytes} bytes that arrive at a fixed rate, whether or not earlier ones were answered; a latency counts from when its get
        was due. *Peak* is what the system answers through the same generator with {OpenLoopComparison.PeakCallers} callers that wait. Medians of the turns.
        """);

    private static string FloorText { get; } = string.Create(CultureInfo.InvariantCulture, $"""
        The same messages with no cache behind them, in the same turns: as many keys on the way, each of {EchoSize.AroundBytes} bytes more than key and
        value, echoed by a service over bare Orleans calls, and by one thread over bare TCP. "2 × 32 keys" is two messages of 32 keys in
        flight. *Grid / floor* is the part of the floor's rate that the grid keeps.
        """);

    public static string Of(CompareResult result)
    {
        var usual = result.Scenarios.Where(static one => one.Grid.Contestant.Load.ValueBytes == Load.UsualValueBytes).ToArray();
        var larger = result.Scenarios.Except(usual).ToArray();
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"""
            # The grid side by side with Redis and memcached

            Made by `dotnet run -c Release --project bench/Grid -- compare`. {result.Info}.

            {MachineState(result)}


            """);
        if (usual.Any(static one => one.Rivals.Count > 0))
        {
            Section(text, "Reach", ReachText, ReachTable.Of(usual));
        }

        if (result.OpenLoop.Count > 0)
        {
            Section(text, "Latency at a fixed rate of arrivals", LatencyText, LatencyTable.Of(result.OpenLoop));
        }

        if (usual.Any(static one => one.Floor.Count > 0))
        {
            Section(text, "The floor", FloorText, FloorTable.Of(usual));
        }

        if (larger.Any(static one => one.Rivals.Count > 0))
        {
            Section(text, "Larger values", "As under reach, with values of 1 and 10 KiB; nothing was set as a reach.", ReachTable.Of(larger));
        }

        if (result.Scenarios.Count > 0)
        {
            Section(text, "All figures", FigureText, FigureTable.Of(result.Scenarios));
        }

        return text.Append("## Method\n\n").Append(Method).Append(Errors(result.Scenarios)).ToString();
    }

    private static void Section(StringBuilder text, string title, string introduction, MarkdownTable table) =>
        text.Append(CultureInfo.InvariantCulture, $"## {title}\n\n{introduction}\n\n{table}\n");

    private static string MachineState(CompareResult result)
    {
        double[] shares = [.. result.Scenarios.SelectMany(static one => one.Sides).SelectMany(static side => side.Runs).Select(static run => run.OthersShare).OfType<double>()];
        var others = shares.Length == 0 ? "an unknown part" : string.Create(CultureInfo.InvariantCulture, $"{100 * Spread.Of(shares).Median:F0} % (at most {100 * shares.Max():F0} % in a turn)");
        return $"""
            Load average at the start: {result.Info.LoadAverage ?? "unknown"}. Other programs took {others} of the processors meanwhile: the less,
            the better, because the side with more threads gets more of a busy machine. The processor time for an operation depends on it least.
            """;
    }

    private static string Errors(IReadOnlyList<ScenarioResult> results)
    {
        var failed = results.Where(static result => result.Grid.Errors > 0).ToArray();
        return failed.Length == 0
            ? string.Empty
            : $"\nCalls that ended in an error: {string.Join("; ", failed.Select(static result => $"{result.Scenario.Name} {result.Grid.Errors.ToString(CultureInfo.InvariantCulture)}, the first: {result.Grid.Runs.Select(static run => run.FirstError).First(static error => error is not null)}"))}.\n";
    }
}
