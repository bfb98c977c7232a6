using System.Globalization;
using System.Net.Sockets;
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

    private static readonly TimeSpan StartBudget = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(60);

    private readonly Dictionary<Load, double> _rates = [];
    private readonly ChildProcess _server;
    private readonly string _port;

    private RedisSide(ChildProcess server, int port)
    {
        _server = server;
        _port = port.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>The programs that have to be installed, but are not.</summary>
    public static IReadOnlyList<string> Missing() => [.. new[] { Server, Benchmark, CommandLine }.Where(static program => !Programs.IsInstalled(program))];

    public static async Task<string> VersionAsync(CancellationToken cancellationToken)
    {
        var text = await ChildProcess.RunAsync(Server, ["--version"], StartBudget, cancellationToken);
        return text.Split(' ').FirstOrDefault(static word => word.StartsWith("v=", StringComparison.Ordinal))?[2..] ?? text;
    }

    public static async Task<RedisSide> StartAsync(CancellationToken cancellationToken)
    {
        var port = FreePorts.Find(1)[0];
        var side = new RedisSide(
            ChildProcess.Start(
                Server, "--port", port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--save", string.Empty, "--appendonly", "no"),
            port);
        try
        {
            await side.WaitUntilReadyAsync(port, cancellationToken);
            await side.PreloadAsync(cancellationToken);
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
        if (!_rates.TryGetValue(load, out var rate))
        {
            rate = (await RunAsync(load, ProbeOperations, cancellationToken)).OperationsPerSecond;
        }

        var measurement = await RunAsync(load, Math.Max(1, (long)(rate * duration.TotalSeconds)), cancellationToken);
        _rates[load] = measurement.OperationsPerSecond;
        return measurement;
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task<Measurement> RunAsync(Load load, long operations, CancellationToken cancellationToken)
    {
        var test = load.Operation == LoadOperation.Get ? "get" : "set";
        string[] arguments =
        [
            "-p", _port, "-t", test, "--csv",
            "-d", Text(DataSet.ValueBytes), "-r", Text(DataSet.Keys), "-n", Text(operations), .. load.ToRedisOptions().Split(' '),
        ];
        var clientBefore = ChildProcess.EndedProcessorTime();
        var serverBefore = _server.ProcessorTime;
        var csv = await ChildProcess.RunAsync(Benchmark, arguments, Grace, cancellationToken);
        var result = RedisBenchmarkCsv.Parse(csv);
        return new Measurement
        {
            Operations = operations,
            OperationsPerSecond = result.OperationsPerSecond,
            P50Microseconds = result.P50Microseconds,
            P99Microseconds = result.P99Microseconds,
            ClientProcessor = ChildProcess.EndedProcessorTime() - clientBefore,
            ServerProcessor = _server.ProcessorTime - serverBefore,
        };
    }

    private async Task WaitUntilReadyAsync(int port, CancellationToken cancellationToken)
    {
        for (var waited = TimeSpan.Zero; ; waited += Pause)
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync("127.0.0.1", port, cancellationToken);
                return;
            }
            catch (SocketException) when (waited < StartBudget && !_server.HasExited)
            {
                await Task.Delay(Pause, cancellationToken);
            }
            catch (SocketException)
            {
                throw _server.Failed();
            }
        }
    }

    // One script instead of 100,000 commands; the keys are those of redis-benchmark.
    private async Task PreloadAsync(CancellationToken cancellationToken)
    {
        var script = string.Create(
            CultureInfo.InvariantCulture,
            $"for i = 0, {DataSet.Keys - 1} do redis.call('set', string.format('key:%012d', i), string.rep('x', {DataSet.ValueBytes})) end");
        await ChildProcess.RunAsync(CommandLine, ["-e", "-p", _port, "eval", script, "0"], StartBudget, cancellationToken);
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
