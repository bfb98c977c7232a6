namespace Orleans.Cache.Engine.Replication;

/// <summary>
/// A place in a partition's log: the epoch that a record was written in, and its number. Also what a session carries: a copy whose
/// committed position is not lower has all that the session has seen.
/// </summary>
/// <remarks>
/// Ordered by epoch first. A new epoch starts behind every record that was acknowledged by more than the owner before, so a position of a
/// later epoch contains all of those; numbers alone would not do, because records that never were acknowledged may be cut off and their
/// numbers used again.
/// </remarks>
internal readonly record struct LogPosition(long Epoch, long Sequence) : IComparable<LogPosition>
{
    /// <summary>Not above any position that a copy with entries has, and not the default: what a session says that has seen nothing yet.</summary>
    public static LogPosition Start => new(1, 0);

    public static bool operator <(LogPosition left, LogPosition right) => left.CompareTo(right) < 0;

    public static bool operator >(LogPosition left, LogPosition right) => left.CompareTo(right) > 0;

    public static bool operator <=(LogPosition left, LogPosition right) => left.CompareTo(right) <= 0;

    public static bool operator >=(LogPosition left, LogPosition right) => left.CompareTo(right) >= 0;

    public int CompareTo(LogPosition other) => Epoch != other.Epoch ? Epoch.CompareTo(other.Epoch) : Sequence.CompareTo(other.Sequence);

    public override string ToString() => $"{Epoch}.{Sequence}";
}
