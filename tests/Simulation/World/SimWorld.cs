using Orleans.Cache.Engine.Replication;
using Orleans.Cache.Simulation.Checking;
using Orleans.Cache.Simulation.Planted;

namespace Orleans.Cache.Simulation.World;

/// <summary>A grid, its network, its authority, its callers and its misfortunes, all out of one seed, on one thread.</summary>
internal sealed class SimWorld : IDisposable
{
    private readonly List<string>? _notes;
    private readonly bool _usesShards;
    private readonly List<ShardSimStore> _shards = [];
    private readonly SimClient[] _clients;
    private readonly int[] _copiesBeforeCrash;
    private long _order;
    private long _nextLook;
    private string? _needlessLoss;
    private string? _miscounted;

    public SimWorld(ulong seed, Flaw flaw, bool takesNotes, bool usesShards)
    {
        _usesShards = usesShards;
        var random = new SimRandom(seed * 0x2545_F491_4F6C_DD1D);
        Settings = SimSettings.From(random);
        Flaw = flaw;
        Random = random.Fork();
        _notes = takesNotes ? [] : null;
        Network = new SimNetwork(Queue, random.Fork(), Settings.Nodes + 2);
        Wanted = new WantedCopies[Settings.Partitions];
        for (var partition = 0; partition < Wanted.Length; partition++)
        {
            Wanted[partition] = DrawWanted(random, without: -1);
        }

        History = new History(Settings.Partitions);
        _copiesBeforeCrash = new int[Settings.Partitions];
        Authority = new SimAuthority(this, random.Fork());
        Nodes = new SimNode[Settings.Nodes];
        for (var node = 0; node < Nodes.Length; node++)
        {
            Nodes[node] = new SimNode(this, node, random.Fork());
        }

        _clients = new SimClient[Settings.Clients];
        for (var client = 0; client < _clients.Length; client++)
        {
            _clients[client] = new SimClient(this, client, random.Fork());
        }
    }

    public SimSettings Settings { get; }

    public Flaw Flaw { get; }

    public EventQueue Queue { get; } = new();

    public SimRandom Random { get; }

    public SimNetwork Network { get; }

    public SimAuthority Authority { get; }

    public SimNode[] Nodes { get; }

    public History History { get; }

    /// <summary>Where each partition should be now.</summary>
    public WantedCopies[] Wanted { get; }

    public int AuthorityEndpoint => Settings.Nodes;

    public int ClientEndpoint => Settings.Nodes + 1;

    /// <summary>Whether clients begin nothing more.</summary>
    public bool IsOver => Queue.Time >= Settings.Busy;

    public long Events { get; private set; }

    public Dictionary<ReplicationEvent, int> Counts { get; } = [];

    public Dictionary<FaultKind, int> Faults { get; } = [];

    public IReadOnlyList<string> Notes => _notes ?? [];

    /// <summary>Makes the store of a node's new copy.</summary>
    public ISimStore CreateStore(SimNode node)
    {
        if (!_usesShards)
        {
            return new SimStore(SimSettings.Keys, node.WallClock, Flaw);
        }

        _shards.Add(new ShardSimStore(node.WallClock));
        return _shards[^1];
    }

    /// <inheritdoc/>
    public void Dispose() => _shards.ForEach(static store => store.Dispose());

    /// <summary>The next place in the order of everything that callers see.</summary>
    public long NextOrder() => ++_order;

    /// <summary>Runs to the end: faults and clients, recovery, a last look at every key.</summary>
    /// <returns>What is wrong, or none.</returns>
    public string? Run()
    {
        new FaultPlan(this, Random.Fork()).Start();
        foreach (var client in _clients)
        {
            client.Start();
        }

        RunUntil(Settings.Busy);
        Heal();
        RunUntil(Settings.Busy + Settings.Recovery);
        var unanswered = Audit();
        return _needlessLoss ?? unanswered ?? HistoryChecker.FindViolation(History, Settings) ?? _miscounted ?? Convergence.FindViolation(this);
    }

    public void Note(string text) => _notes?.Add($"{Queue.Time / 1000,6} ms  {text}");

    public void NoteOperation(int partition, Operation operation)
    {
        if (_notes is not null)
        {
            Note($"p{partition} {operation}");
        }
    }

    /// <summary>A fault begins. If it is the run's only one, and a crash, then what had two copies must outlive it.</summary>
    public void OnFault(FaultKind kind)
    {
        Faults[kind] = Faults.GetValueOrDefault(kind) + 1;
        for (var partition = 0; partition < _copiesBeforeCrash.Length; partition++)
        {
            _copiesBeforeCrash[partition] = Settings.Faults == 1 && kind <= FaultKind.SleepInStep ? Authority.Recorded(partition).InSync.Length : 0;
        }
    }

    public void OnLoss(int partition)
    {
        if (_copiesBeforeCrash[partition] > 1)
        {
            _needlessLoss = $"partition {partition} was given up after a single crash, and had {_copiesBeforeCrash[partition]} copies in sync";
        }

        Note($"p{partition} is given up");
        History.AddLoss(partition, NextOrder());
    }

    /// <summary>Draws where a partition should be, and tells every copy, each a while later.</summary>
    public void Replan(int partition, int without)
    {
        Wanted[partition] = DrawWanted(Random, without);
        Tell(partition, 300 * SimSettings.Millisecond);
    }

    private void Tell(int partition, long within)
    {
        foreach (var node in Nodes)
        {
            Queue.After(Random.NextInt64(within), () => node.Copies[partition].Core.Want(Wanted[partition]));
        }
    }

    private WantedCopies DrawWanted(SimRandom random, int without)
    {
        var nodes = new List<int>();
        var copies = Math.Min(Settings.Replication.Copies, Settings.Nodes - (without >= 0 ? 1 : 0));
        while (nodes.Count < copies)
        {
            var node = random.Next(Settings.Nodes);
            if (node != without && !nodes.Contains(node))
            {
                nodes.Add(node);
            }
        }

        return new WantedCopies(nodes[0], [.. nodes]);
    }

    private void RunUntil(long time)
    {
        while (Queue.Step(time))
        {
            Events++;
            if (Queue.Time >= _nextLook)
            {
                _nextLook = Queue.Time + Settings.LookTicks;
                _miscounted ??= SyncChecker.FindViolation(this);
            }
        }
    }

    private void Heal()
    {
        Note("all faults end");
        Network.Heal();
        Authority.Heal();
        foreach (var node in Nodes)
        {
            node.StaysAwake();
            if (!node.IsUp)
            {
                node.StartWithoutMemory();
            }
        }

        for (var partition = 0; partition < Wanted.Length; partition++)
        {
            Tell(partition, 1);
        }
    }

    /// <summary>Reads every key from its owner.</summary>
    private string? Audit()
    {
        var outstanding = 0;
        string? failure = null;
        for (var partition = 0; partition < Settings.Partitions; partition++)
        {
            for (var key = 0; key < SimSettings.Keys; key++)
            {
                var (p, k) = (partition, key);
                outstanding++;
                new SimClient(this, Settings.Clients + (partition * SimSettings.Keys) + key, Random.Fork()).Audit(p, k, answered =>
                {
                    outstanding--;
                    failure ??= answered ? null : $"stuck: partition {p} does not answer after recovery";
                });
            }
        }

        var until = Queue.Time + (2 * Settings.Recovery);
        while (outstanding > 0 && Queue.Step(until))
        {
            Events++;
        }

        return failure ?? (outstanding > 0 ? "stuck: reads after recovery got no answer" : null);
    }
}
