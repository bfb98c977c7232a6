using System.Net;
using Orleans.Cache.TestKit.Processes;

namespace Orleans.Cache.Chaos.Networks;

/// <summary>All silos on loopback, on ports of their own.</summary>
internal sealed class LoopbackNetwork(string cannotCut) : ChaosNetwork
{
    public override string? CannotCut => cannotCut;

    public override Task<Place> AddAsync(int silo, CancellationToken cancellationToken) =>
        Task.FromResult(new Place(IPAddress.Loopback, FreePorts.Next(), FreePorts.Next(), FreePorts.Next(), Namespace: null));

    public override Task CutAsync(Place from, Place to, CancellationToken cancellationToken) => throw new ChaosException(cannotCut);

    public override Task CutDatabaseAsync(Place silo, CancellationToken cancellationToken) => throw new ChaosException(cannotCut);

    public override Task LoseAsync(Place silo, int percent, CancellationToken cancellationToken) => throw new ChaosException(cannotCut);

    public override Task HealAsync(Place silo, CancellationToken cancellationToken) => Task.CompletedTask;

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
