namespace Orleans.Cache.Engine.Topology;

/// <summary>How many partitions a silo may and must own.</summary>
/// <param name="Least">The fewest.</param>
/// <param name="Most">The most.</param>
internal readonly record struct LoadBounds(int Least, int Most)
{
    /// <summary>The whole numbers within a tolerance around a fair share; those next to it, if there are none.</summary>
    /// <remarks>
    /// The least is never above the fair share and the most never below it, so the silos of a grid can always share all its partitions.
    /// </remarks>
    public static LoadBounds Around(double fairShare, double tolerance) => new(
        (int)Math.Min(Math.Floor(fairShare), Math.Ceiling((1 - tolerance) * fairShare)),
        (int)Math.Max(Math.Ceiling(fairShare), Math.Floor((1 + tolerance) * fairShare)));

    /// <summary>The bounds of all silos by their weights.</summary>
    public static LoadBounds[] Of(IReadOnlyList<RingMember> members, int partitionCount, double tolerance)
    {
        var total = members.Sum(member => member.Weight);
        var bounds = new LoadBounds[members.Count];
        for (var silo = 0; silo < bounds.Length; silo++)
        {
            bounds[silo] = Around(partitionCount * members[silo].Weight / total, tolerance);
        }

        return bounds;
    }
}
