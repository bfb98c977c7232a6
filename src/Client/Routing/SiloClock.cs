namespace Orleans.Cache.Client.Routing;

/// <summary>
/// What is known of a silo's monotonic clock by its replies: a time of it that is surely over. So a silo can tell how long a write was under way,
/// and nobody compares clocks of two machines. Safe for any number of threads.
/// </summary>
internal sealed class SiloClock(TimeProvider time)
{
    /// <summary>Two clocks run apart by less than two parts in a hundred.</summary>
    private const int DriftParts = 50;

    private const long MicrosecondsPerSecond = 1_000_000;

    /// <summary>After so long without a reply there would be too much slack: the silo is asked for its clock again.</summary>
    private const long Longest = 5 * MicrosecondsPerSecond;

    /// <summary>A reply so soon after another one tells little.</summary>
    private const long Shortest = MicrosecondsPerSecond / 10;

    // The silo's clock at a moment less this process's: it was read before the reply arrived, so the true difference is not smaller.
    private long _ahead;
    private long _notedAt = long.MinValue;

    private long Now => (long)(time.GetTimestamp() / (time.TimestampFrequency / (double)MicrosecondsPerSecond));

    /// <summary>Takes the clock of a reply that has just arrived; 0: it has none.</summary>
    public void Note(long clock)
    {
        var now = Now;
        var notedAt = Volatile.Read(ref _notedAt);
        if (clock == 0 || (notedAt != long.MinValue && now - notedAt < Shortest))
        {
            return;
        }

        // In this order: who sees the new time sees the difference too. The other way round only costs slack.
        Volatile.Write(ref _ahead, clock - now);
        Volatile.Write(ref _notedAt, now);
    }

    /// <summary>A time of the silo's clock, in microseconds, that is over now; 0 if none is known that is worth it.</summary>
    public long SurelyOver()
    {
        var notedAt = Volatile.Read(ref _notedAt);
        if (notedAt == long.MinValue)
        {
            return 0;
        }

        var ahead = Volatile.Read(ref _ahead);
        var now = Now;
        var since = now - notedAt;
        return since > Longest ? 0 : Math.Max(0, now + ahead - (since / DriftParts) - 1);
    }
}
