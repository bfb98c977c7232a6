namespace Orleans.Cache.Chaos.Schedules;

/// <summary>What a round's faults are drawn by: the same seed and round give the same.</summary>
internal sealed class Dice(int seed, int round)
{
    private const int RoundFactor = 7919;

    private readonly Random _random = new(unchecked((seed * RoundFactor) + round));

    public TimeSpan Between(double fromSeconds, double toSeconds) =>
        TimeSpan.FromMilliseconds(Math.Round(1000 * (fromSeconds + ((toSeconds - fromSeconds) * _random.NextDouble()))));

    public bool Flip() => _random.Next(2) == 0;

    /// <summary>Some of the silos, in an order of their own.</summary>
    public IReadOnlyList<string> Choose(IEnumerable<string> silos, int count)
    {
        string[] all = [.. silos.Order(StringComparer.Ordinal)];
        _random.Shuffle(all);
        return all[..Math.Min(count, all.Length)];
    }
}
