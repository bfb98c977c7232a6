using Microsoft.Extensions.DependencyInjection;
using Orleans.Cache.Contracts.Nodes;
using Orleans.Cache.Contracts.Replication;
using Orleans.Cache.Grains.Replication;
using Orleans.Cache.Grains.Topology;
using Orleans.TestingHost;

namespace Orleans.Cache.Cluster.Tests.Replication;

/// <summary>Silos with the whole way of replication but for the copies at its ends, by the numbers that the grid has given them.</summary>
internal sealed class ReplicatedGrid : IAsyncDisposable
{
    private readonly GridFixture _grid;
    private readonly InProcessSiloHandle[] _silos;

    private ReplicatedGrid(GridFixture grid)
    {
        _grid = grid;
        _silos = [.. grid.Cluster.Silos.OrderBy(silo => NodeOf(grid.Cluster.Silos[0], silo.SiloAddress).Number)];
    }

    public static async Task<ReplicatedGrid> StartAsync(short silos) => new(await GridFixture.StartAsync(silos, waitUntilSettled: false, configureSilo: static silo =>
    {
        silo.Services.AddSingleton<ReceivedMessages>();
        silo.Services.AddSingleton<IPacketSink>(static provider => provider.GetRequiredService<ReceivedMessages>());
    }));

    /// <summary>The run of a silo.</summary>
    public long RunOf(int number) => NodeOf(_silos[0], _silos[number - 1].SiloAddress).Run;

    public CopyNetwork NetworkOf(int number) => _silos[number - 1].ServiceProvider.GetRequiredService<CopyNetwork>();

    public ReceivedMessages SinkOf(int number) => _silos[number - 1].ServiceProvider.GetRequiredService<ReceivedMessages>();

    /// <summary>A silo's door as another silo reaches it.</summary>
    public IReplicationNode DoorOf(int number)
    {
        var node = NodeOf(_silos[0], _silos[number - 1].SiloAddress);
        return _silos[0].ServiceProvider.GetRequiredService<IGrainFactory>().GetGrain<IReplicationNode>(
            SystemTargetGrainId.Create(GrainType.Create(node.NodeType), node.Address).GrainId);
    }

    public Task KillAsync(int number) => _grid.Cluster.KillSiloAsync(_silos[number - 1]);

    /// <summary>Waits until the grid has noticed that silos are gone.</summary>
    public Task WaitForSilosAsync(int silos) => _grid.WaitForSilosAsync(silos);

    public ValueTask DisposeAsync() => _grid.DisposeAsync();

    private static NodeDescriptor NodeOf(InProcessSiloHandle knower, SiloAddress address) =>
        knower.ServiceProvider.GetRequiredService<NodeTopology>().Current.Message!.Nodes.Single(node => node.Address.Equals(address));
}
