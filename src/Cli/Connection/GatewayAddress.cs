using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Orleans.Cache.Cli.Connection;

/// <summary>Where a silo lets clients in: a host name or address, and a port.</summary>
internal sealed record GatewayAddress(string Host, int Port)
{
    /// <summary>The gateway of a silo that was started without any settings on this machine.</summary>
    public static GatewayAddress Default { get; } = new("localhost", 30000);

    /// <summary>Reads <c>host:port</c>; an IPv6 address stands in brackets, as in a URL.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out GatewayAddress? address, [NotNullWhen(false)] out string? error)
    {
        address = null;
        var colon = text.LastIndexOf(':');
        var host = colon < 0 ? text : text[..colon];
        var bracketed = host.StartsWith('[') && host.EndsWith(']');
        var bare = bracketed ? host[1..^1] : host;
        var goodHost = bracketed
            ? System.Net.IPAddress.TryParse(bare, out _)
            : Uri.CheckHostName(bare) is UriHostNameType.Dns or UriHostNameType.IPv4;

        if (colon < 0 || !goodHost)
        {
            error = $"'{text}' is no gateway. Expected host:port, such as localhost:30000, 10.0.0.7:30000 or [::1]:30000.";
            return false;
        }

        if (!int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port is < 1 or > 65535)
        {
            error = $"'{text}' is no gateway: '{text[(colon + 1)..]}' is no port. Expected host:port with a port of 1 to 65535, such as localhost:30000.";
            return false;
        }

        address = new GatewayAddress(bare, port);
        error = null;
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{(Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host)}:{Port}");
}
