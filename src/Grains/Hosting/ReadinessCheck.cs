using System.Globalization;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Orleans.Cache.Grains.Partitions;
using Orleans.Cache.Grains.Topology;

namespace Orleans.Cache.Grains.Hosting;

/// <summary>
/// Ready when the silo has joined the grid and once had a copy in sync of every partition that should have one here. Later, while partitions
/// move, it stays ready and says how many are still to come.
/// </summary>
internal sealed class ReadinessCheck(NodeTopology topology, MapFollower follower) : IHealthCheck
{
    /// <summary>The tag by which a host maps this check to its readiness endpoint.</summary>
    public const string Tag = "ready";

    private volatile bool _wasComplete;

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (!topology.Joined)
        {
            return Task.FromResult(new HealthCheckResult(context.Registration.FailureStatus, "The silo has not joined the grid, or is leaving it."));
        }

        var wanted = follower.WantedHere;
        var missing = follower.Missing().ToArray();

        // A partition without an owner cannot be copied from anywhere. It is no reason to keep callers from the others, unless it should be owned here.
        var lost = missing.Count(partition => topology.Current.OwnerOf(partition) is null && !follower.ShouldOwn(partition));
        _wasComplete |= wanted is not null && missing.Length == lost;
        var description = Describe(missing.Length, lost, wanted);
        return Task.FromResult(_wasComplete ? HealthCheckResult.Healthy(description) : new HealthCheckResult(context.Registration.FailureStatus, description ?? "The silo does not know its partitions yet."));
    }

    /// <summary>What is still to come, or <see langword="null"/> when all copies are in sync and where they should be.</summary>
    private string? Describe(int missing, int lost, int? wanted)
    {
        List<string> parts = [];
        if (missing > 0)
        {
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"{missing} of {wanted} partitions that should have a copy here have none in sync yet; {lost} of them have no owner to copy from."));
        }

        if (follower.CountLackingCopies() is > 0 and var lacking)
        {
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"{lacking} partitions owned here lack a copy in sync."));
        }

        if (follower.MovesInProgress + follower.MovesWaiting is > 0 and var moves)
        {
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"{moves} partitions owned here move or get a copy, or wait for that."));
        }

        return parts.Count == 0 ? null : string.Join(' ', parts);
    }
}
