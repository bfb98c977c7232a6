namespace Orleans.Cache.Process.Tests.Processes;

/// <summary>Two silos with a cache that has hot keys.</summary>
public sealed class HotKeyGrid() : GridOfSilos(
    silos: 2,
    $"--Cache:Caches:{Catalog}:NearCache=bounded",
    $"--Cache:Caches:{Catalog}:HotKeys=true")
{
    public const string Catalog = "catalog";
}
