namespace Orleans.Cache.Engine.Memory;

/// <summary>When an entry is gone.</summary>
/// <param name="Absolute">Milliseconds of the shard clock; <see cref="EntryLayout.Never"/>.</param>
/// <param name="Sliding">Milliseconds after the last use; 0: no such limit.</param>
internal readonly record struct EntryTimes(long Absolute, long Sliding)
{
    /// <summary>The expiry after a use now.</summary>
    public long After(long now) => Sliding == 0 ? Absolute : Math.Min(Absolute, now + Sliding);
}
