using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Diagnostics.HealthChecks;

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
        endpoints.MapHealthChecks(Ready, new HealthCheckOptions { Predicate = static check => check.Tags.Contains(ReadyTag), ResponseWriter = WriteAsync });
    }

    // The status alone while all is as it should be; behind it, what is not.
    private static Task WriteAsync(HttpContext context, HealthReport report)
    {
        var details = report.Entries.Values.Select(static entry => entry.Description).OfType<string>();
        context.Response.ContentType = "text/plain";
        return context.Response.WriteAsync(string.Join('\n', details.Prepend(report.Status.ToString())));
    }
}
