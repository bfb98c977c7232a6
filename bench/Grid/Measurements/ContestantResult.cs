using Orleans.Cache.GridBench.Scenarios;

namespace Orleans.Cache.GridBench.Measurements;

/// <summary>A contestant's runs, in the order of the turns.</summary>
internal sealed record ContestantResult(Contestant Contestant, IReadOnlyList<Measurement> Runs)
{
    public long Errors => Runs.Sum(static run => run.Errors);

    /// <summary>The median of something over the runs that know it; <see langword="null"/> where none does.</summary>
    public double? Median(Func<Measurement, double?> what)
    {
        double[] values = [.. Runs.Select(what).OfType<double>()];
        return values.Length == 0 ? null : Spread.Of(values).Median;
    }

    /// <summary>This contestant's figures over another's, turn by turn; <see langword="null"/> where a run does not know its own.</summary>
    public Spread? RatioTo(ContestantResult other, Func<Measurement, double?> what)
    {
        var ratios = Runs.Zip(other.Runs, (ours, theirs) => what(ours) / what(theirs)).ToArray();
        return ratios.Any(static ratio => ratio is null) ? null : Spread.Of(ratios.Select(static ratio => ratio!.Value));
    }
}
