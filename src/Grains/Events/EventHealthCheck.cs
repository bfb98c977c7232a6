using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Orleans.Cache.Grains.Events;

/// <summary>Degraded while events of caches do not get away. The caches themselves are served all the same.</summary>
internal sealed class EventHealthCheck(EventStatus status) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(status.Problem is { } problem ? HealthCheckResult.Degraded($"Events of caches are lost: {problem}") : HealthCheckResult.Healthy());
}
