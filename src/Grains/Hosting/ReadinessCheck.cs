using Microsoft.Extensions.Diagnostics.HealthChecks;
using Orleans.Cache.Grains.Partitions;
using Orleans.Cache.Grains.Topology;

namespace Orleans.Cache.Grains.Hosting;

/// <summary>Ready when the silo has joined the grid and serves every partition that it owns.</summary>
internal sealed class ReadinessCheck(NodeTopology topology, MapFollower follower) : IHealthCheck
{
    /// <summary>The tag by which a host maps this check to its readiness endpoint.</summary>
    public const string Tag = "ready";

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(
        !topology.Joined ? new HealthCheckResult(context.Registration.FailureStatus, "The silo has not joined the grid, or has left it.")
        : !follower.IsUpToDate ? new HealthCheckResult(context.Registration.FailureStatus, "Partitions of this silo are still being opened.")
        : HealthCheckResult.Healthy());
}
