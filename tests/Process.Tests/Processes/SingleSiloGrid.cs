namespace Orleans.Cache.Process.Tests.Processes;

/// <summary>One silo on embedded defaults.</summary>
public sealed class SingleSiloGrid() : GridOfSilos(silos: 1);
