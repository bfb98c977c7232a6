using System.Net;
using Orleans.Cache.Silo.Configuration;

namespace Orleans.Cache.Silo.Endpoints;

/// <summary>What a person sees when the silo is up.</summary>
internal static class StartMessage
{
    public static string For(SiloOptions options)
    {
        var http = SiloUrl.Of(options);
        var gateway = options.AdvertisedAddress is null
            ? $"localhost:{options.EffectiveGatewayPort}"
            : new IPEndPoint(options.EffectiveAdvertisedAddress, options.EffectiveGatewayPort).ToString();
        var oneMore = options.Clustering == SiloOptions.PostgreSqlClustering
            ? $"the same on this machine with --instance {options.Instance + 1}; on another with its own --Silo:AdvertisedAddress too"
            : $"dotnet run --project src/Silo -- --instance {options.Instance + 1}";
        var option = gateway == CacheGridDefaults.Gateway ? string.Empty : $"--gateway {gateway} ";
        return $"""

            Silo silo-{options.Instance} serves.
              gateway    {gateway}
              dashboard  {http}/
              health     {http}{HealthEndpoints.Live}  {http}{HealthEndpoints.Ready}
              try        dotnet run --project src/Cli -- {option}set greeting hello
                         dotnet run --project src/Cli -- {option}ring
              one more   {oneMore}
              stop       Ctrl-C

            """;
    }
}
