using System.Globalization;
using Orleans.Cache.GridBench.Measurements;
using Orleans.Cache.GridBench.Processes;
using Orleans.Cache.GridBench.Scenarios;

namespace Orleans.Cache.GridBench.Sides;

/// <summary>Redis without persistence, under the load of its own benchmark.</summary>
internal sealed class RedisSide : ISide
{
    private const string Server = "redis-server";
    private const string Benchmark = "redis-benchmark";
    private const string CommandLine = "redis-cli";

    // To learn about how many operations fill the time that was asked for.
    private const long ProbeOperations = 20_000;

    // The part of a mix that reads.
    private const double MixedGets = 0.9;

    private static readonly TimeSpan StartBudget = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(60);

    private readonly Dictionary<(LoadOperation Operation, Load Load), double> _rates = [];
    private readonly ChildProcess _server;
    private readonly string _port;

    private RedisSide(ChildProcess server, int port)
    {
        _server = server;
        Port = port;
        _port = Text(port);
    }

    public int Port { get; }

    /// <summary>The processor time that the server has used so far.</summary>
    public TimeSpan ServerProcessor => _server.ProcessorTime;

    /// <summary>The programs that have to be installed, but are not.</summary>
    public static IReadOnlyList<string> Missing() => Programs.Missing(Server, Benchmark, CommandLine);

    public static async Task<string> VersionAsync(CancellationToken cancellationToken)
    {
        var text = await ChildProcess.RunAsync(Server, ["--version"], StartBudget, cancellationToken);
        return text.Split(' ').FirstOrDefault(static word => word.StartsWith("v=", StringComparison.Ordinal))?[2..] ?? text;
    }

    public static async Task<RedisSide> StartAsync(int valueBytes, CancellationToken cancellationToken)
    {
        var port = FreePorts.Find(1)[0];
        var side = new RedisSide(
            ChildProcess.Start(
                Server, "--port", port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--save", string.Empty, "--appendonly", "no"),
            port);
        try
        {
            await side._server.WaitUntilListeningAsync(port, cancellationToken);
            await side.FillAsync(valueBytes, cancellationToken);
            return side;
        }
        catch
        {
            await side.DisposeAsync();
            throw;
        }
    }

    public async Task<Measurement> RunAsync(Load load, TimeSpan duration, CancellationToken cancellationToken)
    {
        if (load.Operation != LoadOperation.Mixed)
        {
            return await RunAsync(load.Operation, load, await CountAsync(load.Operation, load, duration, cancellationToken), cancellationToken);
        }

        // redis-benchmark has no mix, nor Zipf's law: the reads and then the writes, as many as the mix has, on keys that are all as likely.
        var gets = await CountAsync(LoadOperation.Get, load, MixedGets * duration, cancellationToken);
        var reads = await RunAsync(LoadOperation.Get, load, gets, cancellationToken);
        var writes = await RunAsync(LoadOperation.Set, load, (long)(gets * (1 - MixedGets) / MixedGets), cancellationToken);
        return reads with
        {
            Operations = reads.Operations + writes.Operations,
            Seconds = reads.Seconds + writes.Seconds,
            ClientProcessor = reads.ClientProcessor + writes.ClientProcessor,
            ServerProcessor = reads.ServerProcessor + writes.ServerProcessor,
        };
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    // How many operations fill about so much time.
    private async Task<long> CountAsync(LoadOperation operation, Load load, TimeSpan duration, CancellationToken cancellationToken)
    {
        if (!_rates.TryGetValue((operation, load), out var rate))
        {
            rate = (await RunAsync(operation, load, ProbeOperations, cancellationToken)).OperationsPerSecond;
        }

        return Math.Max(1, (long)(rate * duration.TotalSeconds));
    }

    private async Task<Measurement> RunAsync(LoadOperation operation, Load load, long operations, CancellationToken cancellationToken)
    {
        string[] arguments =
        [
            "-p", _port, "-t", operation == LoadOperation.Get ? "get" : "set", "--precision", "3",
            "-d", Text(load.ValueBytes), "-r", Text(DataSet.Keys), "-n", Text(operations), .. load.ToRedisOptions().Split(' '),
        ];
        var clientBefore = ChildProcess.EndedProcessorTime();
        var serverBefore = _server.ProcessorTime;
        var text = await ChildProcess.RunAsync(Benchmark, arguments, Grace, cancellationToken);
        var (rate, latency) = RedisBenchmarkText.Parse(text);
        _rates[(operation, load)] = rate;
        return new Measurement
        {
            Operations = operations,
            Seconds = operations / rate,
            Latency = latency,
            ClientProcessor = ChildProcess.EndedProcessorTime() - clientBefore,
            ServerProcessor = _server.ProcessorTime - serverBefore,
        };
    }

    // One script instead of 100,000 commands; the keys are those of redis-benchmark.
    private async Task FillAsync(int valueBytes, CancellationToken cancellationToken)
    {
        var script = string.Create(
            CultureInfo.InvariantCulture,
            $"for i = 0, {DataSet.Keys - 1} do redis.call('set', string.format('key:%012d', i), string.rep('x', {valueBytes})) end");
        await ChildProcess.RunAsync(CommandLine, ["-e", "-p", _port, "eval", script, "0"], Grace, cancellationToken);
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
