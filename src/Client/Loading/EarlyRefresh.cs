using Orleans.Cache.Engine.Loading;

namespace Orleans.Cache.Client.Loading;

/// <summary>Decides which hits load a value anew before its end.</summary>
/// <remarks>
/// XFetch, from Vattani, Chierichetti and Lowenstein, "Optimal Probabilistic Cache Stampede Prevention", PVLDB 8(8), 2015: at a distance from its end
/// that is exponentially distributed, in units of what the last load took. No caller needs to know of the others.
/// </remarks>
internal static class EarlyRefresh
{
    /// <summary>Whether a hit is the one.</summary>
    /// <param name="entry">An entry that is not stale.</param>
    /// <param name="settings">The call's.</param>
    /// <param name="chance">Above 0, to 1; evenly distributed.</param>
    public static bool IsDue(in CacheEntry entry, LoadSettings settings, double chance)
    {
        if (entry.TimeToLive is not { } left)
        {
            return false;
        }

        return left < settings.BackgroundRefresh
            || (entry.LoadCost != 0 && settings.EarlyRefresh > 0 && -LoadMark.MillisecondsOf(entry.LoadCost) * settings.EarlyRefresh * Math.Log(chance) >= left.TotalMilliseconds);
    }
}
