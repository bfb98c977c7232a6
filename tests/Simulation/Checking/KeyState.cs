namespace Orleans.Cache.Simulation.Checking;

/// <summary>What a key may be at a point of a possible order of its operations.</summary>
/// <param name="IsPresent">Whether it has an entry.</param>
/// <param name="Value">The entry's value.</param>
/// <param name="Version">The highest version known to have been given.</param>
/// <param name="IsVersionKnown">Whether that is the entry's; not after a write whose result nobody saw.</param>
internal readonly record struct KeyState(bool IsPresent, long Value, long Version, bool IsVersionKnown)
{
    public static KeyState Absent => new(false, 0, 0, true);
}
