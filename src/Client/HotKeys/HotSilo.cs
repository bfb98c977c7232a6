using Orleans.Cache.Client.Routing;

namespace Orleans.Cache.Client.HotKeys;

/// <summary>A silo that may be asked for a hot key. Safe for any number of threads; what is lost when two write at once does no harm.</summary>
/// <param name="node">The silo.</param>
internal sealed class HotSilo(RoutedNode node)
{
    /// <summary>A silo that had no copy just now fetches one: it is asked again after so many microseconds, then after twice as long, and so on.</summary>
    private const long FirstPause = 2_000;

    /// <summary>It is asked again after about half a second at the latest.</summary>
    private const int MostDoublings = 8;

    private long _avoidUntil = long.MinValue;
    private int _misses;

    public RoutedNode Node => node;

    /// <summary>Whether it is worth asking.</summary>
    public bool IsOpen(long now) => Volatile.Read(ref _avoidUntil) <= now && !node.IsSilent;

    /// <summary>Notes that it has answered.</summary>
    public void OnAnswer()
    {
        if (_misses != 0)
        {
            _misses = 0;
        }
    }

    /// <summary>Notes that it had no copy that it could read, or one that is too old.</summary>
    public void OnMiss(long now, long frequency)
    {
        var pause = FirstPause << Math.Min(_misses, MostDoublings);
        _misses = Math.Min(_misses + 1, MostDoublings);
        Volatile.Write(ref _avoidUntil, now + (pause * frequency / 1_000_000));
    }
}
