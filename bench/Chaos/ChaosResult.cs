using Orleans.Cache.Chaos.Histories;

namespace Orleans.Cache.Chaos;

/// <summary>What a run has shown.</summary>
internal sealed record ChaosResult
{
    public required string Scenario { get; init; }

    public required string About { get; init; }

    public required string Command { get; init; }

    public required int Seed { get; init; }

    public required int Rounds { get; init; }

    public required int Silos { get; init; }

    /// <summary>Namespaces, or why not.</summary>
    public required string Network { get; init; }

    /// <summary>The faults of each round, as drawn.</summary>
    public required IReadOnlyList<string> Schedule { get; init; }

    /// <summary>Writes that were acknowledged.</summary>
    public required long Writes { get; init; }

    /// <summary>Reads that returned.</summary>
    public required long Reads { get; init; }

    /// <summary>Keys whose acknowledged writes were gone when everything was quiet, summed over the rounds.</summary>
    public required long Lost { get; init; }

    /// <summary>Everything else that was wrong with what was read.</summary>
    public required long Wrong { get; init; }

    /// <summary>How far behind a read was at most.</summary>
    public required TimeSpan LongestBehind { get; init; }

    /// <summary>Partitions that lost keys, of which no silo has said that they were lost.</summary>
    public required IReadOnlyList<int> SilentlyLost { get; init; }

    public required IReadOnlyDictionary<ViolationKind, long> Violations { get; init; }

    public required IReadOnlyList<Violation> Samples { get; init; }

    public required IReadOnlyList<ErrorCount> Errors { get; init; }

    public required IReadOnlyList<Recovery> Recoveries { get; init; }

    /// <summary>What moves between silos cost.</summary>
    public required ArrivalResult Arrivals { get; init; }

    /// <summary>How often a silo ended that nobody had ended.</summary>
    public required int EndedByThemselves { get; init; }

    /// <summary>Whether loss had to be, so that only silence about it is wrong.</summary>
    public required bool LossIsExpected { get; init; }

    /// <summary>Whether nothing was lost, or nothing silently, and nothing wrong was read.</summary>
    public bool IsGood => LossIsExpected ? SilentlyLost.Count == 0 : Lost == 0 && Wrong == 0;

    /// <summary>With none lost, the share that may be lost all the same, with a confidence of 95 % (the rule of three).</summary>
    public double? Bound => Lost == 0 && Writes > 0 ? 3.0 / Writes : null;
}
