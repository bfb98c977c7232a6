using Microsoft.Extensions.DependencyInjection;
using Orleans.Cache.Contracts.Replication;
using Orleans.Cache.Contracts.Topology;
using Orleans.Cache.Grains.Replication;
using Orleans.Cache.Grains.Topology;
using Orleans.TestingHost;

namespace Orleans.Cache.Cluster.Tests.Replication;

/// <summary>Silos with the whole way of replication but for the copies at its ends, numbered from 1 in the order of their names.</summary>
internal sealed class ReplicatedGrid : IAsyncDisposable
{
    public const long Run = 5;

    private readonly GridFixture _grid;
    private readonly InProcessSiloHandle[] _silos;

    private ReplicatedGrid(GridFixture grid)
    {
        _grid = grid;
        _silos = [.. grid.Cluster.Silos.OrderBy(silo => silo.Name, StringComparer.Ordinal)];
    }

    public static async Task<ReplicatedGrid> StartAsync(short silos, bool numbered = true)
    {
        var grid = new ReplicatedGrid(await GridFixture.StartAsync(silos, configureSilo: static silo =>
        {
            silo.Services.AddSingleton<ReceivedMessages>();
            silo.Services.AddSingleton<IPacketSink>(static provider => provider.GetRequiredService<ReceivedMessages>());
            silo.Services.AddReplication();
        }));
        if (numbered)
        {
            grid.GiveNumbers();
        }

        return grid;
    }

    public CopyNetwork NetworkOf(int number) => _silos[number - 1].ServiceProvider.GetRequiredService<CopyNetwork>();

    public ReceivedMessages SinkOf(int number) => _silos[number - 1].ServiceProvider.GetRequiredService<ReceivedMessages>();

    /// <summary>A silo's door as another silo reaches it.</summary>
    public IReplicationNode DoorOf(int number)
    {
        var node = _silos[0].ServiceProvider.GetRequiredService<NodeTopology>().Current.Message!.Nodes.Single(node => node.Number == number);
        return _silos[0].ServiceProvider.GetRequiredService<IGrainFactory>().GetGrain<IReplicationNode>(
            SystemTargetGrainId.Create(GrainType.Create(node.NodeType), node.Address).GrainId);
    }

    /// <summary>Tells all silos a topology in which they have numbers: not the way of the topology grain, which is not under test here.</summary>
    public void GiveNumbers(long run = Run) => Tell(message => message with
    {
        Nodes = [.. message.Nodes.Select((node, index) => node with { Number = Array.FindIndex(_silos, silo => silo.SiloAddress.Equals(node.Address)) + 1, Run = run })],
    });

    public void Remove(int number) => Tell(message => message with
    {
        Nodes = [.. message.Nodes.Where(node => node.Number != number)],
        Owners = new short[message.Owners.Length],
    });

    /// <summary>Kills a silo, and lets the others believe that it is in the grid still.</summary>
    public async Task KillAndKeepInTheTopologyAsync(int number)
    {
        var killed = _silos[number - 1];
        var before = _silos[0].ServiceProvider.GetRequiredService<NodeTopology>().Current.Message!;
        await _grid.Cluster.KillSiloAsync(killed);
        await _grid.WaitForSilosAsync(_silos.Length - 1);
        Tell(_ => before, except: killed);
    }

    public ValueTask DisposeAsync() => _grid.DisposeAsync();

    private void Tell(Func<TopologyMessage, TopologyMessage> change, InProcessSiloHandle? except = null)
    {
        foreach (var silo in _silos.Where(silo => silo != except))
        {
            var topology = silo.ServiceProvider.GetRequiredService<NodeTopology>();
            var known = topology.Current.Message!;
            topology.Take(change(known) with { Version = known.Version + 1 });
        }
    }
}
