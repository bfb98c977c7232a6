using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Orleans.Cache.Client.Routing;

/// <summary>Reads gateways as people write them: <c>host:port</c>, <c>[ipv6]:port</c>.</summary>
internal static class GatewayEndPoints
{
    /// <summary>Reads one gateway without asking a name server.</summary>
    public static bool TryParse(string? text, out DnsEndPoint gateway)
    {
        gateway = null!;
        var colon = text?.LastIndexOf(':') ?? -1;
        if (colon <= 0
            || !int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            || port is < 1 or > IPEndPoint.MaxPort)
        {
            return false;
        }

        var host = text![..colon].Trim('[', ']');
        if (Uri.CheckHostName(host) == UriHostNameType.Unknown)
        {
            return false;
        }

        gateway = new DnsEndPoint(host, port);
        return true;
    }

    /// <summary>Finds the addresses of gateways; IPv4 first, since silos listen there unless told otherwise.</summary>
    /// <exception cref="CacheUnavailableException">A host has no address.</exception>
    public static async Task<IReadOnlyList<IPEndPoint>> ResolveAsync(IEnumerable<string> gateways)
    {
        var resolved = new List<IPEndPoint>();
        foreach (var text in gateways)
        {
            if (!TryParse(text, out var gateway))
            {
                throw new FormatException($"'{text}' is no gateway. Write host:port, such as localhost:30000.");
            }

            try
            {
                var addresses = await Dns.GetHostAddressesAsync(gateway.Host).ConfigureAwait(false);
                var address = addresses.OrderByDescending(static address => address.AddressFamily == AddressFamily.InterNetwork).First();
                resolved.Add(new IPEndPoint(address, gateway.Port));
            }
            catch (SocketException exception)
            {
                throw new CacheUnavailableException($"The gateway {text} has no address: {exception.Message}. Check the host's name.", exception);
            }
        }

        return resolved;
    }
}
