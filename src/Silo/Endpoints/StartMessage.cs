using Orleans.Cache.Silo.Configuration;

namespace Orleans.Cache.Silo.Endpoints;

/// <summary>What a person sees when the silo is up.</summary>
internal static class StartMessage
{
    public static string For(SiloOptions options)
    {
        var http = $"http://localhost:{options.EffectiveHttpPort}";
        var gateway = $"localhost:{options.EffectiveGatewayPort}";
        var option = gateway == CacheGridDefaults.Gateway ? string.Empty : $"--gateway {gateway} ";
        return $"""

            Silo silo-{options.Instance} serves.
              gateway    {gateway}
              dashboard  {http}/
              health     {http}{HealthEndpoints.Live}  {http}{HealthEndpoints.Ready}
              try        dotnet run --project src/Cli -- {option}set greeting hello
                         dotnet run --project src/Cli -- {option}ring
              one more   dotnet run --project src/Silo -- --instance {options.Instance + 1}
              stop       Ctrl-C

            """;
    }
}
