namespace Orleans.Cache.Engine.Replication;

/// <summary>
/// One copy of a partition. A copy that lost or dropped its memory is another copy: it has a higher <see cref="Incarnation"/>, so nobody
/// takes it for the one that held acknowledged writes.
/// </summary>
/// <param name="Node">The silo, by the number that the host gave it.</param>
/// <param name="Incarnation">Above 0, and never used twice on one node for one partition, also across runs of the process.</param>
internal readonly record struct CopyId(int Node, long Incarnation)
{
    /// <summary>No copy.</summary>
    public static CopyId None => new(-1, 0);

    public bool IsNone => Node < 0;

    public override string ToString() => IsNone ? "none" : $"{Node}#{Incarnation & 0xFFFFF}@{Incarnation >> 20}";
}
