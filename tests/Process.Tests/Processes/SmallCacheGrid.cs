namespace Orleans.Cache.Process.Tests.Processes;

/// <summary>
/// Three silos with a small cache beside the default one, and without replicas: those take their part of a silo's list of entries, and are not
/// read, so that what is evicted could not be foretold.
/// </summary>
public sealed class SmallCacheGrid() : ThreeSiloGrid(
    $"process-tests-{Guid.NewGuid():N}",
    "--Cache:Replicas=0",
    $"--Cache:Caches:{SmallCache}:MaxEntries={SmallCacheEntries}",
    $"--Cache:Caches:{SmallCache}:Eviction=lru")
{
    public const string SmallCache = "small";
    public const int SmallCacheEntries = 200;
}
