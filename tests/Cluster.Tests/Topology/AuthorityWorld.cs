#pragma warning disable VSTHRD100 // Whatever these throw is posted to the test's own context, whose thread is that of the test.
using Orleans.Cache.Engine.Replication;
using Orleans.Cache.Engine.Replication.Messages;
using Orleans.Cache.Engine.Topology;
using Orleans.Cache.Grains.Topology;
using Orleans.Cache.TestKit;

namespace Orleans.Cache.Cluster.Tests.Topology;

/// <summary>
/// Several authorities over one bad store, and copies of partitions that ask and propose whatever the rules might allow; silos are declared dead
/// while their copies go on, and others leave in order, all at once too. Everything is checked as it happens: what is shown of a version is always the same and stored, and no partition
/// begins empty while a former owner has tenure.
/// </summary>
internal sealed class AuthorityWorld : IDisposable
{
    private const int Partitions = 4;
    private const int Names = 3;

    private readonly ManualTimeProvider _time = new();
    private readonly PumpedContext _context = new();
    private readonly SynchronizationContext? _contextBefore = SynchronizationContext.Current;
    private readonly Random _random;
    private readonly List<TopologyAuthority> _authorities = [];
    private readonly List<Copy> _copies = [];
    private readonly Dictionary<(int Partition, long Version), Engine.Replication.Configuration> _shown = [];
    private readonly List<(int Partition, long Epoch, long At)> _emptied = [];
    private int _addresses;

    public AuthorityWorld(int seed)
    {
        _random = new Random(seed);
        Store = new FaultyStore(_time, _random) { Stored = OnStored, FaultsPerCent = _random.Next(0, 12) };
        SynchronizationContext.SetSynchronizationContext(_context);
        _authorities.AddRange([MakeAuthority(), MakeAuthority()]);
    }

    public static ReplicationSettings Settings { get; } = new()
    {
        LeaseTicks = TimeSpan.TicksPerSecond / 2,
        ClockDriftPerMille = 10,
        BeatTicks = TimeSpan.TicksPerSecond / 10,
        SuspectTicks = TimeSpan.TicksPerSecond / 3,
        ResendTicks = TimeSpan.TicksPerSecond / 10,
        TenureTicks = 3 * TimeSpan.TicksPerSecond,
        RenewTicks = TimeSpan.TicksPerSecond,
        StalenessTicks = TimeSpan.TicksPerSecond,
        HandoverTicks = TimeSpan.TicksPerSecond,
        Copies = 2,
        TailRecords = 16,
        OperationsKept = 16,
        MaxUncommitted = 16,
        BatchRecords = 16,
        ChunkEntries = 16,
    };

    public FaultyStore Store { get; }

    /// <summary>How many epochs began empty after a loss.</summary>
    public int Emptied => _emptied.Count;

    /// <summary>How many of them after copies that all ended in order.</summary>
    public int EmptiedAtOnce { get; private set; }

    public int Replies { get; private set; }

    public int Failures { get; private set; }

    /// <summary>Lets things go wrong for a while.</summary>
    public void Run(int steps)
    {
        for (var name = 0; name < Names; name++)
        {
            Join(name);
        }

        for (var step = 0; step < steps; step++)
        {
            switch (_random.Next(1000))
            {
                case < 4:
                    _authorities[_random.Next(_authorities.Count)] = MakeAuthority();
                    break;
                case < 12:
                    Kill(_random.Next(Names));
                    break;
                case < 16:
                    Leave(_random.Next(Names));
                    break;
                case < 60:
                    Join(_random.Next(Names));
                    break;
                case < 63:
                    _time.Advance(TimeSpan.FromMilliseconds(_random.Next(6000)));
                    break;
                default:
                    if (_copies.Count > 0 && _copies[_random.Next(_copies.Count)] is { HasEnded: false } copy)
                    {
                        Act(copy);
                    }

                    break;
            }

            Advance(_random.Next(1, 12));
        }
    }

    /// <summary>Ends all faults, and lets one authority decide: every partition gets an owner that lives.</summary>
    public void Settle()
    {
        Store.FaultsPerCent = 0;
        _authorities.RemoveRange(1, _authorities.Count - 1);
        for (var name = 0; name < Names; name++)
        {
            Join(name);
        }

        for (var step = 0; step < 4000 && !IsSettled(); step++)
        {
            foreach (var copy in _copies.Where(IsLive))
            {
                Ask(copy, copy.Known.Owner == copy.Id ? null : copy.Known.Contains(copy.Id) ? copy.Known.WithOwner(copy.Id, copy.Known.InSync) : copy.Known.Emptied(copy.Id));
            }

            Advance(50);
        }

        Assert.True(IsSettled(), "A partition has no owner that lives.");
    }

    public void Dispose() => SynchronizationContext.SetSynchronizationContext(_contextBefore);

    private TopologyAuthority MakeAuthority() => new(Store, Settings, _time) { Pause = _ => Task.Delay(TimeSpan.FromMilliseconds(_random.Next(1, 64)), _time) };

    private TopologyAuthority AnyAuthority() => _authorities[_random.Next(10) < 7 ? 0 : _random.Next(_authorities.Count)];

    private void Advance(int milliseconds)
    {
        for (var passed = 0; passed < milliseconds; passed++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(1));
            _context.Drain();
        }
    }

    private void Join(int name)
    {
        if (Store.Document?.Nodes.Any(node => node.Name == NameOf(name) && node.IsLive) == true)
        {
            return;
        }

        var joining = TopologySamples.Node(NameOf(name), $"address-{_addresses++}");
        Watch(AnyAuthority().ChangeAsync(document =>
            (document ?? TopologyDocument.Begin(Partitions, firstVersion: 1)) is var known && known.Nodes.Any(node => node.Name == joining.Name && node.IsLive)
                ? known
                : known.WithJoined(joining)).AsTask());
    }

    /// <summary>The membership declares a silo dead. Its copies do not know, and go on.</summary>
    private void Kill(int name) => Watch(AnyAuthority().ChangeAsync(document =>
        document?.WithStates(node => node.Name == NameOf(name) ? TopologyNodeState.Dead : node.State)).AsTask());

    /// <summary>A silo stops in order: its copies serve no more, and then it says so.</summary>
    private void Leave(int name)
    {
        var leaving = Store.Document?.Nodes.Where(node => node.IsLive && (node.Name == NameOf(name) || _random.Next(2) == 0)).ToArray() ?? [];
        foreach (var node in leaving)
        {
            foreach (var copy in _copies.Where(copy => copy.Id.Node == node.Number && copy.Id.Incarnation >> TopologyDocument.RunShift == node.Run))
            {
                copy.End();
            }

            Watch(AnyAuthority().ChangeAsync(document => document?.WithLeft(node.Address)).AsTask());
        }
    }

    private static string NameOf(int name) => $"silo-{name}";

    private bool IsLive(Copy copy) => Store.Document?.IsGone(copy.Id) == false;

    private bool IsSettled() => Store.Document is { } document
        && document.Configurations.All(configuration => !configuration.Owner.IsNone && !document.IsGone(configuration.Owner));

    private void Act(Copy copy)
    {
        var known = copy.Known;
        if (known.Owner == copy.Id)
        {
            var other = _copies[_random.Next(_copies.Count)];
            Ask(copy, _random.Next(10) switch
            {
                0 when other.Partition == copy.Partition && !known.Contains(other.Id) => known.WithInSync([.. known.InSync, other.Id]),
                1 when known.InSync.Length > 1 => known.WithInSync([copy.Id]),
                2 => known.WithOwner(known.InSync[_random.Next(known.InSync.Length)], known.InSync),
                _ => null,
            });
        }
        else
        {
            Ask(copy, _random.Next(10) switch
            {
                0 when known.Contains(copy.Id) => known.WithOwner(copy.Id, known.InSync),
                1 or 2 when !known.Contains(copy.Id) => known.Emptied(copy.Id),
                _ => null,
            });
        }
    }

    private async void Ask(Copy copy, Engine.Replication.Configuration? proposal)
    {
        var request = new AuthorityRequest { From = copy.Id, SentAt = _time.GetTimestamp(), Proposal = proposal };
        try
        {
            foreach (var (partition, reply) in await AnyAuthority().DecideAsync([(copy.Partition, request)]))
            {
                Assert.Equal(copy.Partition, partition);
                Take(copy, reply);
            }
        }
        catch (CacheUnavailableException)
        {
            Failures++;
        }
    }

    private void Take(Copy copy, AuthorityReply reply)
    {
        Replies++;
        var recorded = reply.Recorded;
        Assert.Equal(copy.Id, reply.To);
        Assert.True(recorded.Version <= Store.Document!.Configurations[copy.Partition].Version, $"{recorded} was shown before it was stored");
        Show(copy.Partition, recorded);
        if (recorded.Version > copy.Known.Version)
        {
            copy.Known = recorded;
        }

        if (recorded.Owner == copy.Id && !copy.HasEnded)
        {
            copy.Tenures.Add((recorded.Epoch, reply.SentAt + Settings.TenureTicks));
            Assert.DoesNotContain(_emptied, emptied =>
                emptied.Partition == copy.Partition && emptied.Epoch > recorded.Epoch && emptied.At < reply.SentAt + Settings.TenureTicks);
        }
    }

    private void OnStored(TopologyDocument? before, TopologyDocument after)
    {
        for (var partition = 0; partition < Partitions; partition++)
        {
            var (was, now) = (before?.Configurations[partition] ?? Engine.Replication.Configuration.None, after.Configurations[partition]);
            Show(partition, now);
            Assert.True(now.Version >= was.Version && now.Epoch >= was.Epoch && now.Epoch - was.Epoch <= now.Version - was.Version, $"{now} follows {was}");
            if (now.Losses > was.Losses)
            {
                EmptiedAtOnce += was.Owner.IsNone ? 1 : 0;
                _emptied.Add((partition, now.Epoch, _time.GetTimestamp()));
                Assert.All(_copies.Where(copy => copy.Partition == partition), copy =>
                    Assert.DoesNotContain(copy.Tenures, tenure => tenure.Epoch < now.Epoch && tenure.Until > _time.GetTimestamp()));
            }
        }

        foreach (var node in after.Nodes)
        {
            for (var partition = 0; partition < Partitions; partition++)
            {
                var id = new CopyId(node.Number, (node.Run << TopologyDocument.RunShift) + 1);
                if (!_copies.Any(copy => copy.Id == id && copy.Partition == partition))
                {
                    _copies.Add(new Copy(partition, id));
                }
            }
        }
    }

    private void Show(int partition, Engine.Replication.Configuration configuration)
    {
        if (!_shown.TryAdd((partition, configuration.Version), configuration))
        {
            Assert.Equal(_shown[(partition, configuration.Version)], configuration);
        }
    }

    private async void Watch(Task task)
    {
        try
        {
            await task;
        }
        catch (CacheUnavailableException)
        {
            Failures++;
        }
    }

    private sealed class Copy(int partition, CopyId id)
    {
        public int Partition => partition;

        public CopyId Id => id;

        public Engine.Replication.Configuration Known { get; set; } = Engine.Replication.Configuration.None;

        public List<(long Epoch, long Until)> Tenures { get; } = [];

        public bool HasEnded { get; private set; }

        public void End()
        {
            HasEnded = true;
            Tenures.Clear();
        }
    }
}
