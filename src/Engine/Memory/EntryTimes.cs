using Orleans.Cache.Engine.Loading;

namespace Orleans.Cache.Engine.Memory;

/// <summary>When an entry is gone.</summary>
/// <param name="Absolute">Milliseconds of the shard clock; <see cref="EntryLayout.Never"/>.</param>
/// <param name="Sliding">Milliseconds after the last use; 0: no such limit.</param>
/// <param name="Mark">Of an entry that was loaded; for as long as it says the entry is there, stale, before it is gone.</param>
internal readonly record struct EntryTimes(long Absolute, long Sliding, LoadMark Mark = default)
{
    /// <summary>The expiry after a use now.</summary>
    public long After(long now) => Sliding == 0 ? Absolute : Math.Min(Absolute, now + Sliding + Mark.Stale);

    /// <summary>The times of an entry that is kept for a while when these are over.</summary>
    public EntryTimes Marked(LoadMark mark) => this with { Absolute = Kept(Absolute, mark), Mark = mark };

    /// <summary>When an entry is gone whose time is over at an absolute expiry.</summary>
    public static long Kept(long absolute, LoadMark mark) =>
        absolute == EntryLayout.Never ? absolute : Math.Min(absolute + mark.Stale, EntryLayout.Never - 1);
}
