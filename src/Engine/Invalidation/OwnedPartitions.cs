namespace Orleans.Cache.Engine.Invalidation;

/// <summary>The partitions that a silo serves, each with its epoch, at one moment. Immutable.</summary>
/// <param name="Version">Another one whenever anything changed.</param>
/// <param name="Partitions">The partitions, ascending.</param>
/// <param name="Epochs">Their epochs.</param>
internal sealed record OwnedPartitions(long Version, int[] Partitions, long[] Epochs)
{
    public static readonly OwnedPartitions None = new(0, [], []);
}
