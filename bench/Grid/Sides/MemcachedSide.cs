using System.Globalization;
using Orleans.Cache.GridBench.Measurements;
using Orleans.Cache.GridBench.Processes;
using Orleans.Cache.GridBench.Scenarios;
using Orleans.Cache.GridBench.Sockets;

namespace Orleans.Cache.GridBench.Sides;

/// <summary>memcached as it is out of the box but for its memory, under the benchmark's own load in a process of its own.</summary>
internal sealed class MemcachedSide : ISide
{
    private const string Server = "memcached";
    private const string MemoryMegabytes = "4096";

    // It does not run as root, and says so; any other user it ignores.
    private const string User = "nobody";

    private static readonly TimeSpan VersionBudget = TimeSpan.FromSeconds(10);

    private readonly ChildProcess _server;
    private readonly SocketLoadProcess _load;

    private MemcachedSide(ChildProcess server, int port)
    {
        _server = server;
        Port = port;
        _load = new SocketLoadProcess(SideKind.Memcached, port);
    }

    public int Port { get; }

    /// <summary>The processor time that the server has used so far.</summary>
    public TimeSpan ServerProcessor => _server.ProcessorTime;

    /// <summary>The programs that have to be installed, but are not.</summary>
    public static IReadOnlyList<string> Missing() => Programs.Missing(Server);

    public static async Task<string> VersionAsync(CancellationToken cancellationToken) =>
        (await ChildProcess.RunAsync(Server, ["--version"], VersionBudget, cancellationToken)).Split(' ')[^1];

    public static async Task<MemcachedSide> StartAsync(int valueBytes, CancellationToken cancellationToken)
    {
        var port = FreePorts.Find(1)[0];
        var server = ChildProcess.Start(
            Server, "-p", port.ToString(CultureInfo.InvariantCulture), "-l", "127.0.0.1", "-m", MemoryMegabytes, "-u", User);
        try
        {
            await server.WaitUntilListeningAsync(port, cancellationToken);
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }

        var side = new MemcachedSide(server, port);
        try
        {
            await side._load.FillAsync(valueBytes, cancellationToken);
            return side;
        }
        catch
        {
            await side.DisposeAsync();
            throw;
        }
    }

    public Task<Measurement> RunAsync(Load load, TimeSpan duration, CancellationToken cancellationToken) =>
        _load.RunAsync(load, duration, _server, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _load.DisposeAsync();
        await _server.DisposeAsync();
    }
}
