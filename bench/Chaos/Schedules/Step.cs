using System.Globalization;

namespace Orleans.Cache.Chaos.Schedules;

/// <summary>One thing done to a grid.</summary>
/// <param name="After">How long after the step before is done.</param>
/// <param name="Kind">What.</param>
/// <param name="Silos">To whom.</param>
/// <param name="Amount">Percent, or seconds, where there is something to measure.</param>
internal sealed record Step(TimeSpan After, StepKind Kind, IReadOnlyList<string> Silos, int Amount = 0)
{
    /// <summary>Whether what follows is to be watched.</summary>
    public bool IsFault => Kind is StepKind.Add or StepKind.Kill or StepKind.Stop or StepKind.Suspend or StepKind.Cut or StepKind.CutOneWay or StepKind.Lose;

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"+{After.TotalSeconds:F3} s {Kind}{string.Concat(Silos.Select(static silo => $" {silo}"))}{(Amount == 0 ? string.Empty : $" {Amount}")}");
}
