using System.Globalization;
using Orleans.Cache.GridBench.Scenarios;

namespace Orleans.Cache.GridBench;

/// <summary>What <c>compare</c> was asked for.</summary>
internal sealed record CompareSettings
{
    private static readonly TimeSpan LeastWarmUp = TimeSpan.FromSeconds(2);

    // .NET compiles what runs often a second time, in the background: with three silos and a client on two processors that is half of the work for
    // the first ten seconds, and what a turn measured then was the compiler.
    private static readonly TimeSpan WarmUpOfASilo = TimeSpan.FromSeconds(5);

    public required IReadOnlyList<Scenario> Scenarios { get; init; }

    /// <summary>Whether latencies at a fixed rate of arrivals are wanted too.</summary>
    public required bool OpenLoop { get; init; }

    /// <summary>How many turns each contestant has, after one to warm up.</summary>
    public required int Repeats { get; init; }

    /// <summary>How long a turn lasts.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>How long the first turn of a side lasts, which does not count.</summary>
    public TimeSpan WarmUpOf(SideKind side, int silos = 1)
    {
        var least = side is SideKind.Grid or SideKind.HostedGrid ? silos * WarmUpOfASilo : LeastWarmUp;
        return Duration > least ? Duration : least;
    }

    /// <summary>Whether nothing was left out.</summary>
    public bool IsWhole => OpenLoop && Scenarios.Count == ScenarioCatalog.All.Count;

    /// <summary>What progress calls a turn; 0 warms up.</summary>
    public string TurnName(int turn) => turn == 0 ? "warm-up" : string.Create(CultureInfo.InvariantCulture, $"{turn} of {Repeats}");
}
