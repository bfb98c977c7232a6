using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Orleans.Cache.PostgreSql.Schema;

namespace Orleans.Cache.Silo.Configuration;

/// <summary>Reads the silo's options and checks them, and that its ports are free, before anything is started.</summary>
internal static class SiloOptionsReader
{
    private const int LastInstance = 99;

    /// <exception cref="SiloConfigurationException">Something is wrong; the message says what, and how to mend it.</exception>
    public static SiloOptions Read(IConfiguration configuration)
    {
        var options = ConfigurationSections.Read<SiloOptions>(configuration, SiloOptions.SectionName);
        if (options.Instance is < 0 or > LastInstance)
        {
            throw new SiloConfigurationException(
                Text($"Silo:Instance is {options.Instance}. It must be 0 to {LastInstance}: the silos of one machine are numbered from 0."));
        }

        CheckText(nameof(SiloOptions.ClusterId), options.ClusterId);
        CheckText(nameof(SiloOptions.ServiceId), options.ServiceId);
        CheckClustering(options);
        CheckAddress(nameof(SiloOptions.HttpAddress), options.HttpAddress);
        (string Name, int Port)[] ports =
        [
            (nameof(SiloOptions.SiloPort), options.EffectiveSiloPort),
            (nameof(SiloOptions.GatewayPort), options.EffectiveGatewayPort),
            (nameof(SiloOptions.HttpPort), options.EffectiveHttpPort),
        ];
        foreach (var (name, port) in ports.Append((nameof(SiloOptions.PrimaryPort), options.EffectivePrimaryPort)))
        {
            if (port is < 1 or > IPEndPoint.MaxPort)
            {
                throw new SiloConfigurationException(Text($"Silo:{name} is {port}. A port is 1 to {IPEndPoint.MaxPort}."));
            }
        }

        if (ports.GroupBy(static port => port.Port).FirstOrDefault(static group => group.Count() > 1) is { } shared)
        {
            throw new SiloConfigurationException(
                Text($"Port {shared.Key} stands for {string.Join(" and ", shared.Select(static port => $"Silo:{port.Name}"))}. Give each a port of its own."));
        }

        CheckFree(nameof(SiloOptions.SiloPort), options.ListenAddress(), options.EffectiveSiloPort);
        CheckFree(nameof(SiloOptions.GatewayPort), options.ListenAddress(), options.EffectiveGatewayPort);
        CheckFree(nameof(SiloOptions.HttpPort), options.EffectiveHttpAddress, options.EffectiveHttpPort);
        return options;
    }

    private static void CheckClustering(SiloOptions options)
    {
        options.Clustering = options.Clustering.ToLowerInvariant();
        if (options.Clustering is not (SiloOptions.DevelopmentClustering or SiloOptions.PostgreSqlClustering))
        {
            throw new SiloConfigurationException(
                $"Silo:Clustering is '{options.Clustering}'. It must be {SiloOptions.DevelopmentClustering}, where the first silo keeps the membership, or {SiloOptions.PostgreSqlClustering}.");
        }

        if (options.Clustering == SiloOptions.DevelopmentClustering)
        {
            CheckUnset("PostgreSql:ConnectionString", options.PostgreSql.ConnectionString.Length > 0);
            CheckUnset("PostgreSql:CreateSchema", options.PostgreSql.CreateSchema);
            CheckUnset(nameof(SiloOptions.AdvertisedAddress), options.AdvertisedAddress is not null);
            return;
        }

        if (options.PrimaryPort is { } port)
        {
            throw new SiloConfigurationException(
                Text($"Silo:PrimaryPort is {port}, but with Silo:Clustering={SiloOptions.PostgreSqlClustering} no silo keeps the membership. Remove one of the two."));
        }

        CheckAddress(nameof(SiloOptions.AdvertisedAddress), options.AdvertisedAddress);
        if (options.EffectiveAdvertisedAddress is var address && (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any)))
        {
            throw new SiloConfigurationException(
                $"Silo:AdvertisedAddress is {address}, which nobody can connect to. Set the address of this machine that the other silos and the clients reach.");
        }

        try
        {
            // Its constructor reads the connection string.
            _ = new Database(options.PostgreSql.ConnectionString, "Silo:PostgreSql:ConnectionString");
        }
        catch (CacheDatabaseException exception)
        {
            throw new SiloConfigurationException(exception.Message);
        }

        static void CheckUnset(string name, bool isSet)
        {
            if (isSet)
            {
                throw new SiloConfigurationException(
                    $"Silo:{name} is set, but has no effect with Silo:Clustering={SiloOptions.DevelopmentClustering}. Remove it, or set Silo:Clustering={SiloOptions.PostgreSqlClustering}.");
            }
        }
    }

    private static void CheckAddress(string name, string? address)
    {
        // The parser takes a single number too.
        if (address is not null && !(IPAddress.TryParse(address, out _) && address.AsSpan().ContainsAny(".:")))
        {
            throw new SiloConfigurationException($"Silo:{name} is '{address}', which is no IP address. Set one such as 10.0.0.7, or leave it out for this machine only.");
        }
    }

    private static void CheckText(string name, string value)
    {
        if (string.IsNullOrWhiteSpace(value))
        {
            throw new SiloConfigurationException($"Silo:{name} is empty. Set the same on every silo and client, or leave it out.");
        }
    }

    private static void CheckFree(string name, IPAddress address, int port)
    {
        try
        {
            using var listener = new TcpListener(address, port);
            listener.Start();
        }
        catch (SocketException exception)
        {
            throw new SiloConfigurationException(
                Text($"Port {port} (Silo:{name}) cannot be used: {exception.Message}. If a silo runs here already, start a further one with --instance 1 (2, 3 ...); else set another port with --Silo:{name} PORT."));
        }
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
