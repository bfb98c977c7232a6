using System.Globalization;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Orleans.Cache.Grains.Snapshots;

/// <summary>
/// Not ready while it loads partitions; degraded while that waits for other silos, which may be started only when this one is ready, and while
/// snapshots cannot be written.
/// </summary>
internal sealed class SnapshotHealthCheck(SnapshotStatus status) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(status.Now switch
    {
        { Loading: > 0 and var loading } when status.IsWaiting => HealthCheckResult.Degraded(Text($"{loading} partitions without a copy wait for silos that may have newer snapshots of them.")),
        { Loading: > 0 and var loading } => new HealthCheckResult(context.Registration.FailureStatus, Text($"{loading} partitions are being loaded from snapshots.")),
        { LastError: { } error } => HealthCheckResult.Degraded($"Snapshots cannot be written: {error}"),
        _ => HealthCheckResult.Healthy(),
    });

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
