namespace Orleans.Cache.Process.Tests.Processes;

/// <summary>Three silos with a small cache beside the default one.</summary>
public sealed class ThreeSiloGrid() : GridOfSilos(silos: 3, $"--Cache:Caches:{SmallCache}:MaxEntries={SmallCacheEntries}")
{
    public const string SmallCache = "small";
    public const int SmallCacheEntries = 200;
}
