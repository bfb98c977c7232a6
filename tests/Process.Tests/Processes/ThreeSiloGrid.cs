namespace Orleans.Cache.Process.Tests.Processes;

/// <summary>Three silos of a cluster of their own, with a small cache beside the default one.</summary>
public sealed class ThreeSiloGrid : GridOfSilos
{
    public const string SmallCache = "small";
    public const int SmallCacheEntries = 200;

    private readonly string _clusterId;

    public ThreeSiloGrid()
        : this($"process-tests-{Guid.NewGuid():N}")
    {
    }

    private ThreeSiloGrid(string clusterId)
        : base(
            silos: 3,
            $"--Silo:ClusterId={clusterId}",
            $"--Cache:Caches:{SmallCache}:MaxEntries={SmallCacheEntries}",
            $"--Cache:Caches:{SmallCache}:Eviction=lru") => _clusterId = clusterId;

    public override string ClusterId => _clusterId;
}
