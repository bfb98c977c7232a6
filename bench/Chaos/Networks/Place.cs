using System.Net;

namespace Orleans.Cache.Chaos.Networks;

/// <summary>Where one silo stands; it keeps it when it is started again.</summary>
/// <param name="Address">How silos and clients reach it.</param>
/// <param name="SiloPort">For silos.</param>
/// <param name="GatewayPort">For clients.</param>
/// <param name="HttpPort">For the health endpoints.</param>
/// <param name="Namespace">Its network namespace, or <see langword="null"/>.</param>
internal sealed record Place(IPAddress Address, int SiloPort, int GatewayPort, int HttpPort, string? Namespace)
{
    /// <summary>The words before a command that is to run there.</summary>
    public IReadOnlyList<string> Prefix => Namespace is null ? [] : ["ip", "netns", "exec", Namespace];
}
