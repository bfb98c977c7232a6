namespace Orleans.Cache.Process.Tests.Processes;

/// <summary>Three silos of a cluster of their own.</summary>
public class ThreeSiloGrid : GridOfSilos
{
    private readonly string _clusterId;

    public ThreeSiloGrid()
        : this($"process-tests-{Guid.NewGuid():N}")
    {
    }

    private protected ThreeSiloGrid(string clusterId, params string[] settings)
        : base(silos: 3, [$"--Silo:ClusterId={clusterId}", .. settings]) => _clusterId = clusterId;

    public override string ClusterId => _clusterId;
}
