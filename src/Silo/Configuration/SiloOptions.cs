namespace Orleans.Cache.Silo.Configuration;

/// <summary>Where a ready-made silo stands on its machine (<c>Silo</c> in the configuration).</summary>
internal sealed class SiloOptions
{
    public const string SectionName = "Silo";

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

    /// <summary>The silo port of the silo to join, which keeps the membership; its own port for the first silo.</summary>
    /// <value>1 to 65,535. Default: 11111.</value>
    public int PrimaryPort { get; set; } = FirstSiloPort;

    /// <summary>The Orleans cluster.</summary>
    /// <value>Default: <c>orleans-cache</c>.</value>
    public string ClusterId { get; set; } = CacheGridDefaults.ClusterId;

    /// <summary>The Orleans service.</summary>
    /// <value>Default: <c>orleans-cache</c>.</value>
    public string ServiceId { get; set; } = CacheGridDefaults.ServiceId;

    public int EffectiveSiloPort => SiloPort ?? FirstSiloPort + Instance;

    public int EffectiveGatewayPort => GatewayPort ?? FirstGatewayPort + Instance;

    public int EffectiveHttpPort => HttpPort ?? FirstHttpPort + Instance;
}
