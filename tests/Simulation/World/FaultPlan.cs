namespace Orleans.Cache.Simulation.World;

/// <summary>When what goes wrong, out of the seed. Faults may overlap, and hit the one that is about to recover.</summary>
internal sealed class FaultPlan(SimWorld world, SimRandom random)
{
    private const int Ms = SimSettings.Millisecond;
    private static readonly FaultKind[] Kinds = Enum.GetValues<FaultKind>();

    private static readonly FaultKind[] Divisive =
    [
        FaultKind.DelayThenCut, FaultKind.Flap, FaultKind.MeetWhileProposing, FaultKind.CrashThenCut, FaultKind.CutPair, FaultKind.CutOneWay, FaultKind.Split, FaultKind.SleepInStep,
    ];

    public void Start()
    {
        for (var fault = 0; fault < world.Settings.Faults; fault++)
        {
            var kind = Kinds[random.Next(Kinds.Length)];

            kind = world.Settings.IsFocused && random.Chance(800) ? Divisive[random.Next(Divisive.Length)] : kind;

            // Crashes and sleep are what replication is for.
            kind = !world.Settings.IsFocused && random.Chance(300) ? (FaultKind)random.Next((int)FaultKind.CutPair) : kind;
            world.Queue.At(random.NextInt64(200 * Ms, world.Settings.Busy), () => Strike(kind));
        }
    }

    private void Strike(FaultKind kind)
    {
        var node = random.Chance(600) ? OwnerOfFirst() : random.Next(world.Settings.Nodes);
        var ticks = Duration();
        world.OnFault(kind);
        world.Note($"FAULT {kind} node {node} for {ticks / Ms} ms");
        switch (kind)
        {
            case FaultKind.CrashWithoutMemory:
            case FaultKind.CrashWithMemory:
                Crash(world.Nodes[node], kind == FaultKind.CrashWithMemory, ticks);
                break;
            case FaultKind.Sleep:
                world.Nodes[node].Sleep(ticks);
                break;
            case FaultKind.SleepInStep:
                world.Nodes[node].SleepInStep(random.Next(1, 12), ticks);
                break;
            case FaultKind.WallClockJump:
                world.Nodes[node].JumpWallClock(random.NextInt64(-3_600_000L * Ms, 3_600_000L * Ms));
                break;
            case FaultKind.Move:
                world.Replan(random.Next(world.Settings.Partitions), without: -1);
                break;
            case FaultKind.Drain:
                Drain(node);
                break;
            case FaultKind.AuthorityAway:
                world.Authority.GoAway(ticks);
                break;
            case FaultKind.AuthoritySlow:
                world.Authority.BeSlow(ticks);
                break;
            default:
                Disturb(kind, node, ticks);
                break;
        }
    }

    private void Disturb(FaultKind kind, int node, long ticks)
    {
        var network = world.Network;
        var peer = Peer(node);
        switch (kind)
        {
            case FaultKind.Split:
                Split(node, ticks);
                break;
            case FaultKind.DelayThenCut:
                network.Delay(peer, node, 500 * Ms);
                world.Queue.After(random.NextInt64(500 * Ms), () => Divide(node, peer, ticks));
                break;
            case FaultKind.Flap:
                var first = random.NextInt64(380 * Ms, 700 * Ms);
                world.Authority.BeSlow(2000 * Ms);
                Divide(node, peer, first);
                world.Queue.After(first + random.NextInt64(10 * Ms, 150 * Ms), () => Divide(node, peer, ticks));
                break;
            case FaultKind.MeetWhileProposing:
                Divide(node, peer, ticks);
                world.Authority.SurpriseNextPromotion(Meet);
                break;
            case FaultKind.CrashThenCut:
                Crash(world.Nodes[peer], keepsMemory: true, random.NextInt64(5 * Ms, 150 * Ms));
                Divide(node, peer, ticks);
                break;
            case FaultKind.CutPair:
                Divide(node, peer, ticks);
                break;
            case FaultKind.CutOneWay:
                network.Cut(node, peer, ticks);
                break;
            case FaultKind.CutFromPeers:
                CutPeers(node, ticks);
                break;
            case FaultKind.CutFromAuthority:
                CutBoth(node, world.AuthorityEndpoint, ticks);
                break;
            case FaultKind.CutFromClients:
                CutBoth(node, world.ClientEndpoint, ticks);
                break;
            case FaultKind.Isolate:
                CutPeers(node, ticks);
                CutBoth(node, world.AuthorityEndpoint, ticks);
                break;
            case FaultKind.Loss:
                network.Lose(random.Next(20, 400), ticks);
                break;
            case FaultKind.Doubling:
                network.Double(ticks);
                break;
            case FaultKind.Delay:
                network.Delay(-1, -1, ticks);
                break;
        }
    }

    /// <summary>Another node, and rather one that the first partition has a copy on.</summary>
    private int Peer(int node)
    {
        var copies = world.Authority.Recorded(0).InSync;
        var peer = random.Chance(700) && copies.Length > 0 ? copies[random.Next(copies.Length)].Node : node;
        return peer != node ? peer : (node + 1 + random.Next(world.Settings.Nodes - 1)) % world.Settings.Nodes;
    }

    private long Meet(int owner, int proposer)
    {
        if (owner < 0)
        {
            return 0;
        }

        world.Note($"nodes {owner} and {proposer} meet");
        world.Network.Mend(owner, proposer);
        world.Network.Mend(proposer, owner);
        var moment = random.NextInt64(60 * Ms, 160 * Ms);
        world.Queue.After(moment, () =>
        {
            CutPeers(owner, 1000 * Ms);
            CutBoth(owner, world.AuthorityEndpoint, 1000 * Ms);
        });
        return moment + random.NextInt64(60 * Ms);
    }

    private void Split(int node, long ticks)
    {
        // A bit for each node and the authority. A divide that leaves node and authority together is the less interesting one.
        var sides = random.Next(1 << (world.Settings.Nodes + 1));
        sides = random.Chance(600) ? (sides | (1 << world.AuthorityEndpoint)) & ~(1 << node) : sides;
        for (var one = 0; one <= world.Settings.Nodes; one++)
        {
            for (var other = 0; other < one; other++)
            {
                if (((sides >> one) & 1) != ((sides >> other) & 1))
                {
                    CutBoth(one, other, ticks);
                }
            }
        }
    }

    private int OwnerOfFirst() => Math.Max(world.Authority.Recorded(0).Owner.Node, 0);

    private long Duration() => random.Next(4) switch
    {
        0 => random.NextInt64(20 * Ms, 300 * Ms),
        1 => random.NextInt64(300 * Ms, 800 * Ms),
        2 => random.NextInt64(800 * Ms, 2000 * Ms),
        _ => random.NextInt64(2000 * Ms, 6000 * Ms),
    };

    private void Crash(SimNode node, bool keepsMemory, long ticks)
    {
        if (!node.IsUp)
        {
            return;
        }

        node.Crash();
        var boot = node.Boot;
        world.Queue.After(ticks, () =>
        {
            if (node.IsUp || node.Boot != boot)
            {
                return;
            }

            if (keepsMemory)
            {
                node.StartWithMemory();
            }
            else
            {
                node.StartWithoutMemory();
            }
        });
    }

    private void Drain(int node)
    {
        for (var partition = 0; partition < world.Settings.Partitions; partition++)
        {
            if (world.Wanted[partition].Contains(node))
            {
                world.Replan(partition, without: node);
            }
        }
    }

    /// <summary>Cuts two nodes off from each other, and perhaps the first from all who could tell it what the second does then.</summary>
    private void Divide(int node, int peer, long ticks)
    {
        CutBoth(node, peer, ticks);
        if (random.Chance(600))
        {
            CutBoth(node, world.AuthorityEndpoint, ticks);
        }

        if (random.Chance(600))
        {
            CutPeers(node, ticks);
        }
    }

    private void CutPeers(int node, long ticks)
    {
        for (var peer = 0; peer < world.Settings.Nodes; peer++)
        {
            CutBoth(node, peer, ticks);
        }
    }

    private void CutBoth(int one, int other, long ticks)
    {
        world.Network.Cut(one, other, ticks);
        world.Network.Cut(other, one, ticks);
    }
}
