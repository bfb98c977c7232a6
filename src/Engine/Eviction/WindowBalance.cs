using Orleans.Cache.Engine.Memory;

namespace Orleans.Cache.Engine.Eviction;

/// <summary>
/// Finds the size of the window by what its size has cost: who was turned away at the window's end and comes back soon would have been found
/// had the window been wider, who was pushed out of the main part and comes back soon, had it been narrower. Each such return moves the border
/// by one entry, as the lists of ARC do (Megiddo and Modha, FAST 2003).
/// </summary>
/// <remarks>
/// Soon is: before another <see cref="RememberedPart"/> of the entries have left the same way; 1.7 bytes an entry for both tables. A climber
/// that compares the hit ratios of successive periods was tried and lost: what the border is worth is less than how the ratio changes by
/// itself from one period to the next. Under the lock of the eviction policy.
/// </remarks>
internal sealed class WindowBalance(CacheArena arena)
{
    /// <summary>The widest window, as a part of the entries.</summary>
    public const double Widest = 0.8;

    private const double FirstWindow = 0.01;
    private const double RememberedPart = 0.2;
    private const long LeastRemembered = 4;

    private readonly GhostTable _turnedAway = new(arena);
    private readonly GhostTable _pushedOut = new(arena);

    /// <summary>The window's part of the entries, 0 to <see cref="Widest"/>.</summary>
    public double Window { get; private set; } = FirstWindow;

    /// <summary>What the tables hold on the managed heap.</summary>
    public long ManagedBytes => _turnedAway.ManagedBytes + _pushedOut.ManagedBytes;

    /// <summary>An entry left at the end of the window.</summary>
    public void TurnedAway(ulong hash, long entries) => _turnedAway.Add(hash, Remembered(entries));

    /// <summary>An entry left the main part.</summary>
    public void PushedOut(ulong hash, long entries) => _pushedOut.Add(hash, Remembered(entries));

    /// <summary>An entry came that was not there.</summary>
    public void Came(ulong hash, long entries)
    {
        if (_turnedAway.Remove(hash))
        {
            Window = Math.Min(Widest, Window + (1.0 / entries));
        }
        else if (_pushedOut.Remove(hash))
        {
            Window = Math.Max(0, Window - (1.0 / entries));
        }
    }

    /// <summary>Forgets who left, and gives the memory back.</summary>
    public void Clear()
    {
        _turnedAway.Clear();
        _pushedOut.Clear();
    }

    private static long Remembered(long entries) => Math.Max(LeastRemembered, (long)(entries * RememberedPart));
}
