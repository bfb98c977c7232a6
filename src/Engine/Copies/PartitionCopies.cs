using Orleans.Cache.Engine.HotKeys;
using Orleans.Cache.Engine.Invalidation;
using Orleans.Cache.Engine.Repair;
using Orleans.Cache.Engine.Replication;
using Orleans.Cache.Engine.Replication.Messages;
using Orleans.Cache.Engine.Shards;

namespace Orleans.Cache.Engine.Copies;

/// <summary>All copies of partitions on this silo: the shards of each under its replication core, behind one lock for each partition. Safe for any number of threads.</summary>
internal sealed class PartitionCopies : IDisposable
{
    /// <summary>How long a batch waits for other copies; a caller waits about as long for its call. What is not known then is answered so.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(2);

    private readonly ShardHost _shards;
    private readonly ReplicationSettings _settings;
    private readonly ICopyNetwork _network;
    private readonly TimeProvider _time;
    private readonly CopyGates _gates;
    private readonly Lock _lock = new();
    private readonly long[] _lastIncarnations;
    private readonly Random _random;
    private int _node = -1;
    private bool _isSealed;

    public PartitionCopies(ShardHost shards, ReplicationSettings settings, ICopyNetwork network, TimeProvider time, Random? random = null, InvalidationFeed? feed = null)
    {
        _shards = shards;
        _settings = settings;
        _network = network;
        _time = time;
        _random = random ?? Random.Shared;
        _gates = new CopyGates(shards.Settings.PartitionCount, network, time, LongestWait, feed);
        _lastIncarnations = new long[shards.Settings.PartitionCount];
    }

    /// <summary>A copy's role, its configuration, or whether it serves, changed. Raised without locks.</summary>
    public event Action<int>? Changed;

    /// <summary>What comparing copies has come to.</summary>
    public RepairCounts Repairs { get; } = new();

    /// <summary>The partitions that this silo serves now.</summary>
    public OwnedPartitions Served => _gates.Served.Now;

    /// <summary>Fills partitions that begin empty; <see langword="null"/>: nobody does. Set before <see cref="Start"/>.</summary>
    public IPartitionFiller? Filler { get; set; }

    /// <summary>Counts what is read often; <see langword="null"/>: nobody does. Set before <see cref="Start"/>.</summary>
    public HotKeyTables? HotKeys
    {
        get => _gates.HotKeys;
        set => _gates.HotKeys = value;
    }

    /// <summary>How many batches wait for other copies.</summary>
    public int WaitingBatches => _gates.Waits.Count;

    /// <summary>Begins: from now on this silo has copies. Called once, when the grid has given the silo its number.</summary>
    /// <param name="node">The silo's number; the same in all its runs.</param>
    /// <param name="run">Above 0 and higher in each run: incarnations begin at <c>run &lt;&lt; 20</c>.</param>
    public void Start(int node, long run)
    {
        Array.Fill(_lastIncarnations, run << 20);
        _shards.UseCopies(_gates);
        Volatile.Write(ref _node, node);
    }

    /// <summary>Where a partition should be, by the wanted map. Makes a copy where this node is wanted and has none.</summary>
    public void Want(int partition, WantedCopies wanted)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        if (Find(partition, mayMake: wanted.Contains(_node)) is { } copy)
        {
            Tell(partition, copy.Want(wanted));
            _network.Flush();
        }
    }

    /// <summary>Takes a message of another node's copy; of a partition that has no copy here, a new one begins if the message is an owner's.</summary>
    public void Receive(int partition, PeerMessage message)
    {
        Take(partition, message, _time.GetTimestamp());
        _network.Flush();
    }

    /// <summary>Takes messages that came together.</summary>
    public void Receive(IReadOnlyList<(int Partition, PeerMessage Message)> messages)
    {
        ArgumentNullException.ThrowIfNull(messages);
        var arrival = _time.GetTimestamp();
        for (var index = 0; index < messages.Count; index++)
        {
            Take(messages[index].Partition, messages[index].Message, arrival);
        }

        _network.Flush();
    }

    /// <summary>As <see cref="Receive(int, PeerMessage)"/>, of one of many messages: the caller flushes the network after the last.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="message">The message.</param>
    /// <param name="arrival">The clock, read after the messages had come.</param>
    public void Take(int partition, PeerMessage message, long arrival)
    {
        // Only an owner says such things, and only to who shall hold a copy.
        var mayMake = message is Append or SnapshotChunk && message.To.Node == _node;
        if (Find(partition, mayMake) is { } copy)
        {
            Tell(partition, copy.Receive(message, arrival));
        }
    }

    /// <summary>Takes an answer of the authority, one of many: the caller flushes the network after the last.</summary>
    public void Take(int partition, AuthorityReply reply)
    {
        if (Find(partition, mayMake: false) is { } copy)
        {
            Tell(partition, copy.Receive(reply));
        }
    }

    /// <summary>Does what is due in all copies. Called a few times per beat. Copies that are idle and not wanted any more are dropped here, with their entries.</summary>
    /// <returns>
    /// The clock's timestamp from which on a replica takes over whose owner says nothing more: a call then saves callers time. <see cref="long.MaxValue"/> if there
    /// is none.
    /// </returns>
    public long Tick()
    {
        var now = _time.GetTimestamp();
        var next = long.MaxValue;
        for (var partition = 0; partition < _lastIncarnations.Length; partition++)
        {
            if (_gates.CopyOf(partition) is { } copy)
            {
                Tell(partition, copy.Tick(now, ref next));
                Retire(partition, copy);
            }
        }

        _gates.Waits.TimeOut(_time.GetTimestamp());
        _network.Flush();
        return next;
    }

    public CopyStatus StatusOf(int partition) =>
        _gates.CopyOf(partition)?.Status ?? new CopyStatus(CopyRole.Idle, IsServing: false, Configuration.None);

    /// <summary>How far a copy that is owner is with each other one.</summary>
    public FillProgress[] FillsOf(int partition) => _gates.CopyOf(partition)?.Fills ?? [];

    /// <summary>Lets the replicas of a partition that this silo owns compare what they have with what is here. Nothing happens elsewhere.</summary>
    public void Compare(int partition)
    {
        if (_gates.CopyOf(partition) is { } copy)
        {
            Tell(partition, copy.Compare());
            _network.Flush();
        }
    }

    /// <summary>Where the copy of a partition stands; <see langword="null"/> where there is none.</summary>
    public CopyPoint? PointOf(int partition) => _gates.CopyOf(partition)?.Point;

    /// <summary>
    /// Lets no copy serve anything any more, and makes no further one: the silo stops, what it has acknowledged is to be kept elsewhere, and it will
    /// say that none of its copies serves.
    /// </summary>
    public void Seal()
    {
        lock (_lock)
        {
            _isSealed = true;
        }

        for (var partition = 0; partition < _lastIncarnations.Length; partition++)
        {
            if (_gates.CopyOf(partition) is { } copy)
            {
                copy.Seal();
                Tell(partition, hasChanged: true);
            }
        }

        _network.Flush();
    }

    /// <inheritdoc cref="PartitionCopy.TryFill"/>
    public bool TryFill(int partition, long epoch, Action step, bool isLast)
    {
        var isFilled = _gates.CopyOf(partition)?.TryFill(epoch, step, isLast) == true;
        if (isFilled && isLast)
        {
            Tell(partition, hasChanged: true);
            _network.Flush();
        }

        return isFilled;
    }

    /// <summary>Ends all copies: nothing is served any more, and no batch waits longer. The entries stay until the shards are disposed of.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _isSealed = true;
            for (var partition = 0; partition < _lastIncarnations.Length; partition++)
            {
                _gates.CopyOf(partition)?.End();
                _gates.Set(partition, copy: null);
            }
        }

        _gates.Waits.TimeOut(long.MaxValue);
    }

    private PartitionCopy? Find(int partition, bool mayMake)
    {
        var known = _gates.CopyOf(partition);
        if (known is not null || !mayMake || Volatile.Read(ref _node) < 0)
        {
            return known;
        }

        lock (_lock)
        {
            known = _gates.CopyOf(partition);
            if (known is null && !_isSealed)
            {
                // Each time it drops what it holds it takes the next incarnation, and leaves the last one here when it goes.
                _shards.Open(partition, epoch: 1);
                var self = new CopyId(_node, ++_lastIncarnations[partition]);
                known = new PartitionCopy(self, partition, _gates, _shards, _settings, _network, _time, _random, Repairs, Filler);
                _gates.Set(partition, known);
            }

            return known;
        }
    }

    private void Retire(int partition, PartitionCopy copy)
    {
        if (!copy.IsSpent)
        {
            return;
        }

        lock (_lock)
        {
            if (_gates.CopyOf(partition) != copy)
            {
                return;
            }

            _lastIncarnations[partition] = copy.End();
            _gates.Set(partition, copy: null);
            _shards.Close(partition, long.MaxValue);
        }

        Tell(partition, hasChanged: true);
    }

    private void Tell(int partition, bool hasChanged)
    {
        if (hasChanged)
        {
            Changed?.Invoke(partition);
        }
    }
}
