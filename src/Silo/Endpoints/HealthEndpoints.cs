using Microsoft.AspNetCore.Diagnostics.HealthChecks;

namespace Orleans.Cache.Silo.Endpoints;

/// <summary>What an orchestrator asks: whether the process lives, and whether it should get traffic.</summary>
internal static class HealthEndpoints
{
    public const string Live = "/health/live";
    public const string Ready = "/health/ready";

    private const string ReadyTag = "ready";

    public static void MapHealth(this IEndpointRouteBuilder endpoints)
    {
        // Alive is who answers: a check that fails must not get the process killed.
        endpoints.MapHealthChecks(Live, new HealthCheckOptions { Predicate = static _ => false });
        endpoints.MapHealthChecks(Ready, new HealthCheckOptions { Predicate = static check => check.Tags.Contains(ReadyTag) });
    }
}
