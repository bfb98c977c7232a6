namespace Orleans.Cache.Grains.Placement;

/// <summary>Places a partition's grain on the silo that owns the partition.</summary>
[GenerateSerializer, Immutable, Alias("orleans.cache.ring-placement")]
internal sealed class RingPlacement : PlacementStrategy
{
    public static readonly RingPlacement Singleton = new();
}
