using Orleans.Placement;

namespace Orleans.Cache.Grains.Placement;

/// <summary>Marks a grain class whose key is a partition's number, and which belongs on that partition's owner.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class RingPlacementAttribute() : PlacementAttribute(RingPlacement.Singleton);
