using Orleans.Cache.Engine.Replication;
using Orleans.Cache.Engine.Replication.Messages;
using Orleans.Cache.Simulation.Planted;

namespace Orleans.Cache.Simulation.World;

/// <summary>The authority: one step after another, but slow at times, or not to be reached; and a membership that believes in silence.</summary>
internal sealed class SimAuthority
{
    private readonly SimWorld _world;
    private readonly ConfigurationAuthority[] _partitions;
    private readonly long[] _heardAt;
    private readonly long[,] _incarnations;
    private readonly int _ratePerMille;
    private long _awayUntil;
    private long _slowUntil;
    private long _slowBy;
    private long _heldUntil;
    private Func<int, int, long>? _onPromotion;
    private long _trustsSilenceFrom;

    public SimAuthority(SimWorld world, SimRandom random)
    {
        _world = world;
        _partitions = new ConfigurationAuthority[world.Settings.Partitions];
        for (var partition = 0; partition < _partitions.Length; partition++)
        {
            _partitions[partition] = new ConfigurationAuthority(world.Settings.Replication);
        }

        _heardAt = new long[world.Settings.Nodes];
        _incarnations = new long[world.Settings.Partitions, world.Settings.Nodes];
        _ratePerMille = 1000 + random.Next(-world.Settings.ClockDriftPerMille, world.Settings.ClockDriftPerMille + 1);
    }

    public Configuration Recorded(int partition) => _partitions[partition].Recorded;

    public void GoAway(long ticks)
    {
        _awayUntil = Math.Max(_awayUntil, _world.Queue.Time + ticks);

        // Back again, it cannot tell who is dead from who was not heard because of itself.
        _trustsSilenceFrom = _awayUntil + _world.Settings.EvictTicks;
    }

    public void BeSlow(long ticks)
    {
        _slowUntil = _world.Queue.Time + ticks;
        _slowBy = _world.Random.NextInt64(20 * SimSettings.Millisecond, 600 * SimSettings.Millisecond);
    }

    /// <summary>Lets something happen to owner and proposer when the next promotion is proposed; it says how long the authority takes then.</summary>
    public void SurpriseNextPromotion(Func<int, int, long> surprise) => _onPromotion = surprise;

    public void Heal() => (_awayUntil, _slowUntil, _onPromotion) = (Math.Min(_awayUntil, _world.Queue.Time), 0, null);

    public void Handle(int partition, AuthorityRequest request)
    {
        var now = _world.Queue.Time;
        if (now < _awayUntil)
        {
            return;
        }

        if (request.Proposal is { } proposal && proposal.Epoch > Recorded(partition).Epoch && _onPromotion is { } surprise)
        {
            _onPromotion = null;
            _heldUntil = now + surprise(Recorded(partition).Owner.Node, request.From.Node);
        }

        if (now < _heldUntil)
        {
            _world.Queue.At(_heldUntil, () => Decide(partition, request));
            return;
        }

        if (now < _slowUntil)
        {
            _world.Queue.After(_slowBy + _world.Random.NextInt64(_slowBy / 4), () => Decide(partition, request));
            return;
        }

        Decide(partition, request);
    }

    private void Decide(int partition, AuthorityRequest request)
    {
        var node = request.From.Node;
        _heardAt[node] = _world.Queue.Time;
        _incarnations[partition, node] = Math.Max(_incarnations[partition, node], request.From.Incarnation);
        var before = _partitions[partition].Recorded;
        var reply = _partitions[partition].Handle(request, Clock(request), copy => IsGone(partition, copy));
        if (reply.Recorded != before)
        {
            _world.Note($"p{partition} RECORDED {reply.Recorded}");
            if (reply.Recorded.Losses > before.Losses)
            {
                _world.OnLoss(partition);
            }
        }

        var boot = _world.Nodes[node].Boot;
        _world.Network.Send(_world.AuthorityEndpoint, node, mayDouble: true, () => _world.Nodes[node].Deliver(boot, () =>
        {
            var target = _world.Nodes[node].Copies[partition].Core;
            target.Receive(reply);
            target.Flush();
        }));
    }

    private long Clock(AuthorityRequest request)
    {
        var clock = _world.Queue.Time * _ratePerMille / 1000;
        return _world.Flaw == Flaw.GivenUpTooSoon && request.Proposal is { StartsEmpty: true } ? clock + (_world.Settings.EvictTicks * 10) : clock;
    }

    private bool IsGone(int partition, CopyId copy)
    {
        var silence = _world.Queue.Time - _heardAt[copy.Node];
        return _incarnations[partition, copy.Node] > copy.Incarnation
            || (silence > _world.Settings.EvictTicks && _world.Queue.Time > _trustsSilenceFrom)
            || (_world.Flaw == Flaw.GivenUpTooSoon && silence > _world.Settings.Replication.LeaseTicks);
    }
}
