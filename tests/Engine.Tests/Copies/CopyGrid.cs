using Orleans.Cache.Engine.Copies;
using Orleans.Cache.Engine.Replication;
using Orleans.Cache.Engine.Replication.Messages;
using Orleans.Cache.Engine.Shards;
using Orleans.Cache.Engine.Tests.Shards;
using Orleans.Cache.TestKit;

namespace Orleans.Cache.Engine.Tests.Copies;

/// <summary>
/// Silos with copies over real shards, the authority, and a network in memory that loses and delays by a seed. Time is the test's; one thread,
/// but that <see cref="Pump"/> may run beside others that use the shards.
/// </summary>
internal sealed class CopyGrid : IDisposable
{
    public const int Partitions = 4;
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(5);

    private readonly Lock _lock = new();
    private readonly PriorityQueue<Action, (long Due, long Order)> _queue = new();
    private readonly Random _random;
    private readonly ConfigurationAuthority[] _authorities = new ConfigurationAuthority[Partitions];
    private readonly Node?[] _nodes;
    private readonly long[] _runs;
    private readonly TimeProvider _time;
    private long _order;

    public CopyGrid(int nodes, int seed, TimeProvider? time = null, CacheOptions? options = null, long budget = 32 << 20, long firstEpoch = 1, int tenure = 3000)
    {
        _random = new Random(seed);
        _time = time ?? Clock;
        Options = options ?? new CacheOptions();
        Budget = budget;
        Settings = SettingsOf(_time, firstEpoch: firstEpoch, tenure: tenure);
        _nodes = new Node?[nodes];
        _runs = new long[nodes];
        for (var partition = 0; partition < Partitions; partition++)
        {
            _authorities[partition] = new ConfigurationAuthority(Settings);
        }

        for (var node = 0; node < nodes; node++)
        {
            Start(node);
        }
    }

    public ManualTimeProvider Clock { get; } = new();

    public ReplicationSettings Settings { get; }

    public CacheOptions Options { get; }

    public long Budget { get; }

    /// <summary>How many messages in a hundred are lost.</summary>
    public int LossPercent { get; set; }

    /// <summary>How many steps a message takes at most.</summary>
    public int MaxDelay { get; set; }

    /// <summary>How long messages with records take in any case, as where they wait for others.</summary>
    public TimeSpan RecordDelay { get; set; }

    /// <summary>How long the authority's answers take.</summary>
    public TimeSpan AuthorityDelay { get; set; }

    /// <summary>A silo that nobody can reach, and that can reach nobody; -1: none.</summary>
    public int Isolated { get; set; } = -1;

    /// <summary>Whether messages that tell of a configuration come once more, a while later.</summary>
    public bool DoublesNotices { get; set; }

    /// <summary>A silo whose questions do not reach the authority; -1: none.</summary>
    public int MutedToAuthority { get; set; } = -1;

    /// <summary>Whether the authority answers.</summary>
    public bool HasAuthority { get; set; } = true;

    /// <summary>Makes what fills partitions that begin empty, for silos that are started from now on.</summary>
    public Func<ShardHost, PartitionCopies, IPartitionFiller>? Filler { get; set; }

    public List<ReplicationEvent> Events { get; } = [];

    /// <summary>Which silos' copies have proposed something to the authority, one entry for each time.</summary>
    public List<int> Proposals { get; } = [];

    /// <summary>For how long partitions took no writes that were handed over, in the order in which they were served again.</summary>
    public List<long> Pauses { get; } = [];

    public static ReplicationSettings SettingsOf(TimeProvider time, int tail = 32, long firstEpoch = 1, int tenure = 3000)
    {
        long Ticks(int milliseconds) => milliseconds * time.TimestampFrequency / 1000;
        return new ReplicationSettings
        {
            LeaseTicks = Ticks(500),
            ClockDriftPerMille = 10,
            BeatTicks = Ticks(100),
            SuspectTicks = Ticks(300),
            ResendTicks = Ticks(100),
            TenureTicks = Ticks(tenure),
            RenewTicks = Ticks(1000),
            StalenessTicks = Ticks(1000),
            HandoverTicks = Ticks(1000),
            HandoverRoundTripTicks = Ticks(30),
            HandoverPatienceTicks = Ticks(2000),
            Copies = 2,
            TailRecords = tail,
            OperationsKept = 64,
            MaxUncommitted = 1024,
            BatchRecords = 64,
            ChunkEntries = 16,
            FirstEpoch = () => firstEpoch,
        };
    }

    public ShardHost Shards(int node) => _nodes[node]!.Shards;

    public PartitionCopies Copies(int node) => _nodes[node]!.Copies;

    public Configuration Recorded(int partition) => _authorities[partition].Recorded;

    /// <summary>Starts a silo, with nothing in its memory.</summary>
    public void Start(int node)
    {
        var started = new Node(this, node);
        _nodes[node] = started;
        started.Copies.Start(node, ++_runs[node]);
    }

    /// <summary>A silo is gone, with its memory.</summary>
    public void Kill(int node)
    {
        var killed = _nodes[node]!;
        _nodes[node] = null;
        killed.Dispose();
    }

    public void Want(int partition, params int[] nodes)
    {
        var wanted = new WantedCopies(nodes[0], nodes);
        for (var node = 0; node < _nodes.Length; node++)
        {
            _nodes[node]?.Copies.Want(partition, wanted);
        }
    }

    public void WantAll(params int[] nodes)
    {
        for (var partition = 0; partition < Partitions; partition++)
        {
            Want(partition, nodes);
        }
    }

    /// <summary>Lets time pass, with ticks and messages.</summary>
    public void Run(int milliseconds)
    {
        for (var passed = 0; passed < milliseconds; passed += 5)
        {
            Clock.Advance(Step);
            Pump(tick: passed % 25 == 0);
        }
    }

    /// <summary>Runs until something is so, for half a minute of the test's time at most.</summary>
    public void RunUntil(Func<bool> isSo)
    {
        for (var passed = 0; !isSo(); passed += 25)
        {
            Assert.True(passed < 30_000, "it does not come to be so: " + string.Join("; ", _authorities.Select(static authority => authority.Recorded.ToString())));
            Run(25);
        }
    }

    /// <summary>Runs until the copies of all partitions are in sync on these silos, the first of them serving.</summary>
    public void Settle(params int[] nodes) => RunUntil(() => IsSettled(nodes));

    public bool IsSettled(params int[] nodes)
    {
        for (var partition = 0; partition < Partitions; partition++)
        {
            var recorded = Recorded(partition);
            if (recorded.Owner.Node != nodes[0] || !recorded.InSync.Select(static copy => copy.Node).Order().SequenceEqual(nodes.Order()) || !Copies(nodes[0]).StatusOf(partition).IsServing)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Delivers what is due.</summary>
    public void Pump(bool tick)
    {
        for (var node = 0; tick && node < _nodes.Length; node++)
        {
            _nodes[node]?.Copies.Tick();
        }

        while (TryTake(out var deliver))
        {
            deliver();
        }
    }

    public void Dispose()
    {
        for (var node = 0; node < _nodes.Length; node++)
        {
            if (_nodes[node] is not null)
            {
                Kill(node);
            }
        }
    }

    private bool TryTake(out Action deliver)
    {
        lock (_lock)
        {
            if (_queue.TryPeek(out deliver!, out var when) && when.Due <= _time.GetTimestamp())
            {
                _queue.Dequeue();
                return true;
            }

            return false;
        }
    }

    private void Post(Action deliver, TimeSpan least = default)
    {
        lock (_lock)
        {
            if (_random.Next(100) >= LossPercent)
            {
                var delay = (least + (_random.Next(MaxDelay + 1) * Step)).TotalSeconds * _time.TimestampFrequency;
                _queue.Enqueue(deliver, (_time.GetTimestamp() + (long)delay, _order++));
            }
        }
    }

    private void Decide(Node from, int partition, AuthorityRequest request)
    {
        AuthorityReply reply;
        lock (_authorities)
        {
            if (request.Proposal is not null)
            {
                Proposals.Add(from.Number);
            }

            reply = _authorities[partition].Handle(request, _time.GetTimestamp(), copy => _nodes[copy.Node] is null || copy.Incarnation >> 20 < _runs[copy.Node]);
        }

        Post(() => Deliver(from, to => to.Copies.Take(partition, reply)), AuthorityDelay);
    }

    private void Deliver(Node to, Action<Node> deliver)
    {
        if (_nodes[to.Number] == to)
        {
            deliver(to);
        }
    }

    private sealed class Node : ICopyNetwork, IDisposable
    {
        private readonly CopyGrid _grid;

        public Node(CopyGrid grid, int number)
        {
            _grid = grid;
            Number = number;
            Shards = TestHosts.Create(
                grid._time, new Dictionary<string, CacheOptions> { ["cache"] = grid.Options, ["other"] = new CacheOptions() }, Partitions, grid.Budget, isOpen: false);
            Copies = new PartitionCopies(Shards, grid.Settings, this, grid._time, new Random(number));
            Copies.Filler = grid.Filler?.Invoke(Shards, Copies);
        }

        public int Number { get; }

        public ShardHost Shards { get; }

        public PartitionCopies Copies { get; }

        public void Send(int partition, PeerMessage message)
        {
            if (_grid._nodes[message.To.Node] is { } to && to != this && _grid.Isolated != Number && _grid.Isolated != to.Number)
            {
                var least = message is Append { Records.Length: > 0 } ? _grid.RecordDelay : TimeSpan.Zero;
                _grid.Post(() => _grid.Deliver(to, node => node.Copies.Receive(partition, message)), least);
                if (message is ConfigurationNotice && _grid.DoublesNotices)
                {
                    _grid.Post(() => _grid.Deliver(to, node => node.Copies.Receive(partition, message)), TimeSpan.FromMilliseconds(200));
                }
            }
        }

        public void Ask(int partition, AuthorityRequest request)
        {
            if (_grid.HasAuthority && _grid.Isolated != Number && _grid.MutedToAuthority != Number)
            {
                _grid.Post(() => _grid.Deliver(this, node => _grid.Decide(node, partition, request)));
            }
        }

        public void Report(int partition, ReplicationEvent what)
        {
            lock (_grid.Events)
            {
                _grid.Events.Add(what);
            }
        }

        public void TakenOver(int partition, long pausedTicks)
        {
            lock (_grid.Pauses)
            {
                _grid.Pauses.Add(pausedTicks);
            }
        }

        public void Flush()
        {
        }

        public void Dispose()
        {
            Copies.Dispose();
            Shards.Dispose();
        }
    }
}
