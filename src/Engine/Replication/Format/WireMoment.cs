namespace Orleans.Cache.Engine.Replication.Format;

/// <summary>
/// A silo's clock when a packet leaves it, or has come to it. What changes tell of times counts from when they were written; the clocks of silos
/// differ, so a packet says how long ago that is.
/// </summary>
/// <param name="Now">The timestamp.</param>
/// <param name="TicksPerSecond">Its ticks.</param>
internal readonly record struct WireMoment(long Now, long TicksPerSecond)
{
    /// <summary>The most milliseconds that a packet may say: 34 years, and far from an overflow.</summary>
    public const ulong MostAge = 1UL << 40;

    private const int MillisecondsPerSecond = 1000;

    /// <summary>What the clock says now.</summary>
    public static WireMoment Of(TimeProvider time) => new(time.GetTimestamp(), time.TimestampFrequency);

    /// <summary>How many milliseconds have passed since a time of this clock.</summary>
    public ulong AgeOf(long writtenAt) => writtenAt >= Now ? 0 : Math.Min((ulong)((Now - writtenAt) / (TicksPerSecond / MillisecondsPerSecond)), MostAge);

    /// <summary>The time of this clock that is so many milliseconds ago.</summary>
    public long TimeOf(ulong age) => Now - ((long)age * (TicksPerSecond / MillisecondsPerSecond));
}
