namespace Orleans.Cache.Client.Lanes;

/// <summary>
/// Follows the time that all but one in a hundred answers stay below, in the clock's timestamps. Safe for any number of threads; two that tell
/// it something at once count as one.
/// </summary>
/// <remarks>
/// A stochastic approximation (Robbins and Monro, 1951) in steps relative to the value: up by a tenth for an answer above, down by a thousandth
/// or so for one below, so that both balance where one in a hundred is above.
/// </remarks>
internal sealed class SlowestHundredth(double start)
{
    private const double Step = 0.1;
    private const double Share = 0.01;

    private double _value = start;

    public double Value => Volatile.Read(ref _value);

    public void Add(long elapsed)
    {
        var value = Value;
        Volatile.Write(ref _value, elapsed > value ? value * (1 + (Step * (1 - Share))) : Math.Max(1, value * (1 - (Step * Share))));
    }
}
