namespace Orleans.Cache.Engine.Replication;

/// <summary>A reading of a follower's clock, that its owner gives back to it. Ticks of different eras tell nothing about each other.</summary>
/// <param name="Era">Rises with every restart of the clock that the copy outlives; -1 for no reading.</param>
/// <param name="Ticks">Of the follower's clock.</param>
internal readonly record struct FollowerTime(int Era, long Ticks)
{
    public static FollowerTime None => new(-1, 0);

    public static FollowerTime Later(FollowerTime one, FollowerTime other) =>
        one.Era != other.Era ? (one.Era > other.Era ? one : other) : one.Ticks >= other.Ticks ? one : other;
}
