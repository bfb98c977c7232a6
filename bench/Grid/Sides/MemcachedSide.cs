using System.Globalization;
using Orleans.Cache.GridBench.Processes;
using Orleans.Cache.GridBench.Scenarios;

namespace Orleans.Cache.GridBench.Sides;

/// <summary>memcached as it is out of the box but for its memory, under the benchmark's own load in a process of its own.</summary>
internal sealed class MemcachedSide : SocketSide
{
    private const string Program = "memcached";
    private const string MemoryMegabytes = "4096";

    // It does not run as root, and says so; any other user it ignores.
    private const string User = "nobody";

    private static readonly TimeSpan VersionBudget = TimeSpan.FromSeconds(10);

    private MemcachedSide(ChildProcess server, int port)
        : base(server, SideKind.Memcached, port) => Port = port;

    public int Port { get; }

    /// <summary>The processor time that the server has used so far.</summary>
    public TimeSpan ServerProcessor => Server.ProcessorTime;

    /// <summary>The programs that have to be installed, but are not.</summary>
    public static IReadOnlyList<string> Missing() => Programs.Missing(Program);

    public static async Task<string> VersionAsync(CancellationToken cancellationToken) =>
        (await ChildProcess.RunAsync(Program, ["--version"], VersionBudget, cancellationToken)).Split(' ')[^1];

    public static async Task<MemcachedSide> StartAsync(int valueBytes, CancellationToken cancellationToken)
    {
        var port = FreePorts.Find(1)[0];
        var server = ChildProcess.Start(
            Program, "-p", port.ToString(CultureInfo.InvariantCulture), "-l", "127.0.0.1", "-m", MemoryMegabytes, "-u", User);
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
            await side.Load.FillAsync(valueBytes, cancellationToken);
            return side;
        }
        catch
        {
            await side.DisposeAsync();
            throw;
        }
    }
}
