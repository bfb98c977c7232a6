using System.Net;
using System.Net.Sockets;

namespace Orleans.Cache.Silo.Configuration;

/// <summary>Where a ready-made silo stands on its machine (<c>Silo</c> in the configuration).</summary>
internal sealed class SiloOptions
{
    public const string SectionName = "Silo";

    /// <summary>The first silo keeps the membership; all silos are on one machine.</summary>
    public const string DevelopmentClustering = "development";

    /// <summary>A PostgreSQL database keeps the membership.</summary>
    public const string PostgreSqlClustering = "postgresql";

    private const int FirstSiloPort = 11111;
    private const int FirstGatewayPort = 30000;
    private const int FirstHttpPort = 8080;

    /// <summary>The number of the silo on this machine; its name and ports follow from it.</summary>
    /// <value>0 to 99. Default: 0.</value>
    public int Instance { get; set; }

    /// <summary>The port that other silos connect to.</summary>
    /// <value>1 to 65,535. Default: 11111 + <see cref="Instance"/>.</value>
    public int? SiloPort { get; set; }

    /// <summary>The port that clients connect to.</summary>
    /// <value>1 to 65,535. Default: 30000 + <see cref="Instance"/>.</value>
    public int? GatewayPort { get; set; }

    /// <summary>The port of the dashboard and of the health endpoints.</summary>
    /// <value>1 to 65,535. Default: 8080 + <see cref="Instance"/>.</value>
    public int? HttpPort { get; set; }

    /// <summary>What keeps the membership: the first silo, for silos of one machine, or a PostgreSQL database.</summary>
    /// <value><see cref="DevelopmentClustering"/> or <see cref="PostgreSqlClustering"/>. Default: <see cref="DevelopmentClustering"/>.</value>
    public string Clustering { get; set; } = DevelopmentClustering;

    /// <summary>With development clustering, the silo port of the silo to join, which keeps the membership; its own port for the first silo.</summary>
    /// <value>1 to 65,535. Default: 11111.</value>
    public int? PrimaryPort { get; set; }

    /// <summary>With PostgreSQL clustering, the database.</summary>
    public CachePostgreSqlOptions PostgreSql { get; set; } = new();

    /// <summary>
    /// With PostgreSQL clustering, the address by which silos and clients reach this silo. It listens for them on this address when it is one of
    /// loopback, else on all addresses of the machine.
    /// </summary>
    /// <value>An IP address. Default: <c>127.0.0.1</c>.</value>
    public string? AdvertisedAddress { get; set; }

    /// <summary>Where the dashboard, which asks nobody for a password, and the health endpoints listen.</summary>
    /// <value>An IP address; <c>0.0.0.0</c> stands for all of the machine. Default: <c>localhost</c>.</value>
    public string? HttpAddress { get; set; }

    /// <summary>The Orleans cluster.</summary>
    /// <value>Default: <c>orleans-cache</c>.</value>
    public string ClusterId { get; set; } = CacheGridDefaults.ClusterId;

    /// <summary>The Orleans service.</summary>
    /// <value>Default: <c>orleans-cache</c>.</value>
    public string ServiceId { get; set; } = CacheGridDefaults.ServiceId;

    public int EffectiveSiloPort => SiloPort ?? FirstSiloPort + Instance;

    public int EffectiveGatewayPort => GatewayPort ?? FirstGatewayPort + Instance;

    public int EffectiveHttpPort => HttpPort ?? FirstHttpPort + Instance;

    public int EffectivePrimaryPort => PrimaryPort ?? FirstSiloPort;

    public IPAddress EffectiveAdvertisedAddress => AdvertisedAddress is null ? IPAddress.Loopback : IPAddress.Parse(AdvertisedAddress);

    public IPAddress EffectiveHttpAddress => HttpAddress is null ? IPAddress.Loopback : IPAddress.Parse(HttpAddress);

    /// <summary>Where the silo listens for silos and clients.</summary>
    public IPAddress ListenAddress() => EffectiveAdvertisedAddress switch
    {
        var address when IPAddress.IsLoopback(address) => address,
        { AddressFamily: AddressFamily.InterNetworkV6 } => IPAddress.IPv6Any,
        _ => IPAddress.Any,
    };
}
