namespace Orleans.Cache.Process.Tests.Processes;

/// <summary>One silo on embedded defaults, with a cache that has events beside the default one.</summary>
public sealed class SingleSiloGrid() : GridOfSilos(silos: 1, $"--Cache:Caches:{Told}:Events=true")
{
    public const string Told = "told";
}
