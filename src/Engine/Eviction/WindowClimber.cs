namespace Orleans.Cache.Engine.Eviction;

/// <summary>
/// Finds the size of the window by climbing towards the higher hit ratio (Einziger, Eytan, Friedman and Manes, "Adaptive software cache
/// management", Middleware 2018): after so many requests it takes a step on if the ratio rose, back if it fell. Steps shrink, and start over when
/// the ratio changes much. Under the lock of the eviction policy.
/// </summary>
internal sealed class WindowClimber
{
    private const double FirstWindow = 0.01;
    private const double FirstStep = 0.0625;
    private const double Decay = 0.98;
    private const double Restart = 0.05;
    private const int SampleFactor = 10;
    private const double Widest = 0.8;

    private double _step = FirstStep;
    private double _previous;
    private long _hits;
    private long _requests;

    /// <summary>The window's part of the entries.</summary>
    public double Window { get; private set; } = FirstWindow;

    /// <summary>Counts a request.</summary>
    public void Count(bool hit, long entries)
    {
        _hits += hit ? 1 : 0;
        if (++_requests < entries * SampleFactor)
        {
            return;
        }

        var ratio = (double)_hits / _requests;
        var change = ratio - _previous;
        var amount = change >= 0 ? _step : -_step;
        _step = Math.Abs(change) >= Restart ? FirstStep * Math.Sign(amount) : Decay * amount;
        Window = Math.Clamp(Window + amount, 0, Widest);
        _previous = ratio;
        _hits = 0;
        _requests = 0;
    }
}
