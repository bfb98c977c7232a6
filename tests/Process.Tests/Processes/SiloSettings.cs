using System.Globalization;
using Orleans.Cache.TestKit.Processes;

namespace Orleans.Cache.Process.Tests.Processes;

/// <summary>How a silo is started: its number and ports, and further arguments.</summary>
internal sealed record SiloSettings(int Instance, int SiloPort, int GatewayPort, int HttpPort, int? PrimaryPort, IReadOnlyList<string> Further)
{
    /// <summary>A silo that is a grid of its own, on free ports.</summary>
    public static SiloSettings First(params IReadOnlyList<string> further)
    {
        var port = FreePorts.Next();
        return new SiloSettings(0, port, FreePorts.Next(), FreePorts.Next(), port, further);
    }

    /// <summary>A silo on free ports whose membership is in a database.</summary>
    public static SiloSettings OnPostgreSql(int instance, string connectionString, string clusterId, params IReadOnlyList<string> further) => new(
        instance,
        FreePorts.Next(),
        FreePorts.Next(),
        FreePorts.Next(),
        PrimaryPort: null,
        ["--Silo:Clustering=postgresql", $"--Silo:PostgreSql:ConnectionString={connectionString}", $"--Silo:ClusterId={clusterId}", .. further]);

    /// <summary>A silo that joins this one.</summary>
    public SiloSettings Joining(int instance) =>
        this with { Instance = instance, SiloPort = FreePorts.Next(), GatewayPort = FreePorts.Next(), HttpPort = FreePorts.Next() };

    public IReadOnlyCollection<string> ToArguments() =>
    [
        "--instance", Text(Instance),
        "--Silo:SiloPort", Text(SiloPort),
        "--Silo:GatewayPort", Text(GatewayPort),
        "--Silo:HttpPort", Text(HttpPort),
        .. PrimaryPort is { } port ? ["--Silo:PrimaryPort", Text(port)] : Array.Empty<string>(),
        .. Further,
    ];

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
