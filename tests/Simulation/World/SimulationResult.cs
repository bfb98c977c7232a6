using Orleans.Cache.Engine.Replication;

namespace Orleans.Cache.Simulation.World;

/// <summary>What came of a seed.</summary>
internal sealed class SimulationResult
{
    public required ulong Seed { get; init; }

    /// <summary>What was promised and not kept; none if all was.</summary>
    public required string? Violation { get; init; }

    public required int Operations { get; init; }

    public required long Events { get; init; }

    public required int Losses { get; init; }

    public required IReadOnlyDictionary<ReplicationEvent, int> Counts { get; init; }

    public required IReadOnlyDictionary<FaultKind, int> Faults { get; init; }

    public required IReadOnlyList<string> Notes { get; init; }
}
