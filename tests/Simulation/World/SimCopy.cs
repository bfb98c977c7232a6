using Orleans.Cache.Engine.Replication;
using Orleans.Cache.Engine.Replication.Messages;
using Orleans.Cache.Simulation.Planted;

namespace Orleans.Cache.Simulation.World;

/// <summary>A copy of a partition on a node: the core under test, its store, and the world as it sees it.</summary>
internal sealed class SimCopy : IReplicationHost
{
    private readonly SimWorld _world;
    private readonly SimNode _node;
    private readonly Dictionary<long, SimClient> _askedBy = [];
    private readonly SimRandom _random;

    public SimCopy(SimWorld world, SimNode node, int partition, long incarnation, SimRandom random)
    {
        _world = world;
        _node = node;
        _random = random;
        Partition = partition;
        Store = world.CreateStore(node);
        ReplicationRules rules = world.Flaw == Flaw.None ? SoundRules.Instance : new PlantedRules(world.Flaw);
        Core = new ReplicationCopy(new CopyId(node.Index, incarnation + 1), this, world.Settings.Replication, rules, Store, random.Fork());
    }

    public int Partition { get; }

    public ISimStore Store { get; }

    public ReplicationCopy Core { get; }

    public long Now => _node.LookAtClock();

    /// <summary>A client's request arrived.</summary>
    public void Submit(SimClient client, in ClientRequest request, SimCommand command)
    {
        _askedBy[request.Id] = client;
        if (Core.TryAdmit(request))
        {
            Core.Executed(request, Store.Execute(command));
        }

        // Now and then records of several requests leave together.
        if (_random.Chance(800))
        {
            Core.Flush();
        }
    }

    public void Send(PeerMessage message)
    {
        var to = message.To.Node;
        if (to < 0 || to == _node.Index)
        {
            return;
        }

        var boot = _world.Nodes[to].Boot;
        var sentAt = _node.ClockAt(_world.Queue.Time);
        _node.Emit(() => _world.Network.Send(_node.Index, to, mayDouble: true, () => _world.Nodes[to].Deliver(boot, () =>
        {
            var target = _world.Nodes[to].Copies[Partition].Core;
            target.Receive(ByClockOf(_world.Nodes[to], message, sentAt));
            target.Flush();
        })));
    }

    /// <summary>What a message tells of the sender's clock, as ages do on the real wire.</summary>
    private PeerMessage ByClockOf(SimNode node, PeerMessage message, long sentAt) => message is SnapshotChunk { OperationsForgottenAt: > long.MinValue } chunk
        ? new SnapshotChunk
        {
            From = chunk.From,
            To = chunk.To,
            Epoch = chunk.Epoch,
            Snapshot = chunk.Snapshot,
            Index = chunk.Index,
            Base = chunk.Base,
            Changes = chunk.Changes,
            IsLast = chunk.IsLast,
            End = chunk.End,
            VersionFloor = chunk.VersionFloor,
            Operations = chunk.Operations,
            OperationsForgotten = chunk.OperationsForgotten,
            OperationsForgottenAt = node.ClockAt(_world.Queue.Time) - (sentAt - chunk.OperationsForgottenAt),
        }
        : message;

    public void Ask(AuthorityRequest request)
    {
        if (request.Proposal is { } proposal)
        {
            _world.Note($"p{Partition} {request.From} proposes {proposal}");
        }

        _node.Emit(() => _world.Network.Send(_node.Index, _world.AuthorityEndpoint, mayDouble: true, () => _world.Authority.Handle(Partition, request)));
    }

    public void Reply(in ClientReply reply)
    {
        if (!_askedBy.Remove(reply.Id, out var client))
        {
            return; // The second answer to a request that came twice.
        }

        var copied = reply;
        _node.Emit(() => _world.Network.Send(_node.Index, _world.ClientEndpoint, mayDouble: false, () => client.OnReply(copied)));
    }

    public void Report(ReplicationEvent what)
    {
        _world.Counts[what] = _world.Counts.GetValueOrDefault(what) + 1;
        _world.Note($"p{Partition} node {_node.Index}: {what}");
    }
}
