using Orleans.Cache.Engine.Replication;

namespace Orleans.Cache.Engine.Snapshots;

/// <summary>What a snapshot has: of two of a partition the higher one has all that the lower one has, whichever silos wrote them.</summary>
/// <param name="Began">The life of the grid that it is of: in another life epochs begin again.</param>
/// <param name="Committed">Up to where all was committed when its scan began.</param>
/// <param name="WrittenAt">The wall clock when its scan began, in milliseconds since 1970; decides only between those that have the same.</param>
internal readonly record struct SnapshotPoint(long Began, LogPosition Committed, long WrittenAt) : IComparable<SnapshotPoint>
{
    public static bool operator <(SnapshotPoint left, SnapshotPoint right) => left.CompareTo(right) < 0;

    public static bool operator >(SnapshotPoint left, SnapshotPoint right) => left.CompareTo(right) > 0;

    public static bool operator <=(SnapshotPoint left, SnapshotPoint right) => left.CompareTo(right) <= 0;

    public static bool operator >=(SnapshotPoint left, SnapshotPoint right) => left.CompareTo(right) >= 0;

    public int CompareTo(SnapshotPoint other) =>
        (Began, Committed, WrittenAt).CompareTo((other.Began, other.Committed, other.WrittenAt));
}
