using System.Globalization;
using System.Net;
using System.Net.Sockets;

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
        (string Name, int Port)[] ports =
        [
            (nameof(SiloOptions.SiloPort), options.EffectiveSiloPort),
            (nameof(SiloOptions.GatewayPort), options.EffectiveGatewayPort),
            (nameof(SiloOptions.HttpPort), options.EffectiveHttpPort),
        ];
        foreach (var (name, port) in ports.Append((nameof(SiloOptions.PrimaryPort), options.PrimaryPort)))
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

        foreach (var (name, port) in ports)
        {
            CheckFree(name, port);
        }

        return options;
    }

    private static void CheckText(string name, string value)
    {
        if (string.IsNullOrWhiteSpace(value))
        {
            throw new SiloConfigurationException($"Silo:{name} is empty. Set the same on every silo and client, or leave it out.");
        }
    }

    private static void CheckFree(string name, int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
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
