using System.Net;
using Orleans.Cache.Silo.Configuration;

namespace Orleans.Cache.Silo.Endpoints;

/// <summary>Where the silo's web server listens, which is also where a person finds it.</summary>
internal static class SiloUrl
{
    // By its name localhost has an IPv6 address too.
    public static string Of(SiloOptions options) => options.HttpAddress is null
        ? $"http://localhost:{options.EffectiveHttpPort}"
        : $"http://{new IPEndPoint(options.EffectiveHttpAddress, options.EffectiveHttpPort)}";
}
