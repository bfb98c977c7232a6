using Orleans.Cache.Engine.Batches;
using Orleans.Cache.Engine.Repair;
using Orleans.Cache.Engine.Replication;
using Orleans.Cache.Engine.Replication.Messages;
using Orleans.Cache.Engine.Shards;

namespace Orleans.Cache.Engine.Copies;

/// <summary>
/// This silo's copy of one partition: its replication core and its entries behind one lock, and the gate that readers look at without it.
/// Safe for any number of threads.
/// </summary>
/// <remarks>
/// <para>Members that let the core act begin with <see cref="Enter()"/> and end with <see cref="Leave"/> or <see cref="Publish"/>: first the gate is written, then what the core says to
/// others is handed to the network. So nothing that lets another copy serve leaves the silo while readers here still believe that they may.</para>
/// <para>Order of locks: a copy's, then a shard's. No thread holds two copies' locks.</para>
/// </remarks>
internal sealed class PartitionCopy : IReplicationHost
{
    private readonly CopyGates _gates;
    private readonly ICopyNetwork _network;
    private readonly TimeProvider _time;
    private readonly ReplicationSettings _settings;
    private readonly PartitionStore _store;
    private readonly CopyRepair _repair;
    private readonly IPartitionFiller? _filler;
    private readonly ReplicationCopy _core;
    private readonly List<object> _outbox = [];
    private readonly int _partition;
    private CopyLock _lock;
    private CopyStatus _told = new(CopyRole.Idle, IsServing: false, Configuration.None);
    private WantedCopies? _wanted;
    private long _heardAt;
    private long _now;
    private bool _isUnsent;
    private bool _isOver;
    private bool _isAlone;
    private long _writesAlone;

    public PartitionCopy(
        CopyId self,
        int partition,
        CopyGates gates,
        ShardHost shards,
        ReplicationSettings settings,
        ICopyNetwork network,
        TimeProvider time,
        Random random,
        RepairCounts repairs,
        IPartitionFiller? filler = null)
    {
        _filler = filler;
        _partition = partition;
        _gates = gates;
        _network = network;
        _time = time;
        _settings = settings;
        _heardAt = _now = time.GetTimestamp();
        _repair = new CopyRepair(shards, partition, repairs);
        _store = new PartitionStore(shards, partition, _repair, time);
        _core = new ReplicationCopy(self, this, settings, SoundRules.Instance, _store, random) { AwaitsFilling = filler is not null };
    }

    /// <inheritdoc/>
    /// <remarks>It never goes back, whichever thread has read it for its call.</remarks>
    public long Now => _now;

    public CopyStatus Status
    {
        get
        {
            using (_lock.Enter())
            {
                _now = _time.GetTimestamp();
                return CurrentStatus;
            }
        }
    }

    /// <inheritdoc cref="ReplicationCopy.Fills"/>
    public FillProgress[] Fills
    {
        get
        {
            using (_lock.Enter())
            {
                return _core.Fills;
            }
        }
    }

    private CopyStatus CurrentStatus => new(_core.Role, _core.IsServing, _core.Configuration, _core.IsFilling);

    /// <returns>Whether its role, its configuration or whether it serves changed; so of the other members.</returns>
    public bool Want(WantedCopies wanted)
    {
        using (_lock.Enter())
        {
            _wanted = wanted;
            if (!Enter())
            {
                return false;
            }

            _core.Want(wanted);
            return Leave();
        }
    }

    /// <param name="message">The message.</param>
    /// <param name="arrival">The clock, read after the message had come.</param>
    public bool Receive(PeerMessage message, long arrival)
    {
        using (_lock.Enter())
        {
            _heardAt = arrival;
            if (!Enter(arrival))
            {
                return false;
            }

            if (message is RepairRequest request)
            {
                Answer(request);
                return Leave();
            }

            _repair.MayCompare = _core.Role == CopyRole.Replica && _core.ConsistentTo != default;
            _core.Receive(message);
            _repair.MayCompare = false;
            if (_core.Role == CopyRole.Replica)
            {
                _repair.Ask(_core.Self, _core.Configuration, _outbox);
            }

            return Leave();
        }
    }

    public bool Receive(AuthorityReply reply)
    {
        using (_lock.Enter())
        {
            if (!Enter())
            {
                return false;
            }

            _core.Receive(reply);
            return Leave();
        }
    }

    /// <param name="now">The clock, read before.</param>
    /// <param name="next">Is lowered to when it should be called again, if that is soon.</param>
    public bool Tick(long now, ref long next)
    {
        using (_lock.Enter())
        {
            if (!Enter(now))
            {
                return false;
            }

            _core.Tick();
            if (_core.ProposesAt is var proposesAt && proposesAt > now && proposesAt < next)
            {
                next = proposesAt;
            }

            return Leave();
        }
    }

    /// <summary>Lets other copies, if there are any and this one is their owner, compare what they have with what is here.</summary>
    public bool Compare()
    {
        using (_lock.Enter())
        {
            if (!Enter() || !_core.IsServing || _core.IsAlone)
            {
                return false;
            }

            _repair.AddDigests(_core.Amend);
            return Leave();
        }
    }

    /// <summary>Whether nobody needs the copy: it holds nothing that anyone counts on, is not wanted, and no owner has spoken to it for a while.</summary>
    public bool IsSpent
    {
        get
        {
            using (_lock.Enter())
            {
                return _core.Role == CopyRole.Idle && !_core.IsProposing && _wanted?.Contains(_core.Self.Node) != true && _time.GetTimestamp() - _heardAt >= 2 * _settings.LeaseTicks;
            }
        }
    }

    /// <summary>Ends the copy: it says and answers nothing any more.</summary>
    /// <returns>The incarnation that it had last.</returns>
    public long End()
    {
        using (_lock.Enter())
        {
            _isOver = true;
            Publish();
            return _core.Self.Incarnation;
        }
    }

    /// <summary>Where the copy stands, for a snapshot of it.</summary>
    public CopyPoint Point
    {
        get
        {
            using (_lock.Enter())
            {
                Enter();
                return new CopyPoint(_core.Self, CurrentStatus, _core.Committed);
            }
        }
    }

    /// <inheritdoc cref="ReplicationCopy.Seal"/>
    public void Seal()
    {
        using (_lock.Enter())
        {
            if (Enter())
            {
                _core.Seal();
                Send();
            }
        }
    }

    /// <summary>Lets a copy that awaits it be filled, one step of it.</summary>
    /// <param name="epoch">The epoch that began empty.</param>
    /// <param name="step">Writes into the shards of the partition. Called under the copy's lock, so it is short.</param>
    /// <param name="isLast">Whether the copy serves from now on.</param>
    /// <returns>Whether it was; otherwise another epoch has begun, and what was filled does not count any more.</returns>
    public bool TryFill(long epoch, Action step, bool isLast)
    {
        using (_lock.Enter())
        {
            if (!Enter() || !_core.IsFilling || _core.Configuration.Epoch != epoch)
            {
                return false;
            }

            step();
            if (isLast)
            {
                _core.Filled();
                Send();
            }

            return true;
        }
    }

    /// <summary>Executes an operation that may change something, and lets its reply wait for other copies if there are any.</summary>
    /// <returns>Whether the result stands only if the clock, read afterwards, says that this silo still serves; else its reply decides.</returns>
    public bool Write(OperationRunner runner, CacheStore store, in ShardBatch batch, int index, ulong hash, ref BatchMoment moment, ref BatchWait? wait, out bool isUnsent)
    {
        ref var result = ref batch.Results[index];
        isUnsent = false;
        var named = batch.Operations[index].Concern;
        var concern = named == 0 ? store.WriteConcern : (WriteConcern)(named - 1);
        var mark = batch.Operations[index].Mark;
        if (mark != 0 && batch.SentAfter == ShardBatch.NeverSent)
        {
            result.Status = OperationStatus.Deferred;
            return false;
        }

        using (_lock.Enter())
        {
            ref var gate = ref _gates[_partition];
            var session = batch.SessionOf(index);
            if (_isOver || (_isAlone && (moment.Timestamp >= gate.ServesUntil || session.Epoch > gate.Epoch)))
            {
                result.Status = OperationStatus.Moved;
                return false;
            }

            // Whether one copy is a majority the core knows, and it remembers operations.
            if (_isAlone && concern != WriteConcern.Majority && mark == 0)
            {
                // Nobody needs a record, so the core hears of these writes when it is used next: only their number counts.
                runner.Run(store, batch, index, hash, _partition, ref moment);
                _writesAlone++;
                result.Copies = result.Status == OperationStatus.Done ? (byte)1 : (byte)0;
                NoteSeen(batch, index);
                return true;
            }

            // Whether the lease holds matters after the operation only: the clock is read again then.
            _ = Enter(moment.Timestamp);
            wait ??= BatchWait.Rent();
            var request = new ClientRequest { Id = wait.Add(index, isWrite: true), Waiter = wait, IsRead = false, Concern = concern, Session = session };
            request = mark == 0 ? request : MarkedOperations.Named(request, mark, batch.SentAfter, _time);
            if (_core.TryAdmit(request))
            {
                // Before the shard is written: whoever reads the write looks at this afterwards, and then comes for the lock.
                Volatile.Write(ref gate.Uncommitted, gate.Uncommitted + 1);
                runner.Run(store, batch, index, hash, _partition, ref moment);
                var effect = OperationEffect.Of(_store, store, batch, index, hash, moment.Now);
                _now = _time.GetTimestamp();
                if (mark == 0)
                {
                    _core.Executed(request, effect);
                }
                else
                {
                    MarkedOperations.Executed(_core, request, effect, result);
                }
            }

            // Also of one that was executed before: its record is in the log.
            NoteSeen(batch, index);
            isUnsent = !_isUnsent;
            _isUnsent = true;
            Publish();
            return false;
        }
    }

    /// <summary>
    /// Decides on a read that was executed while writes were not committed: if one of its key is awaited, the read waits too.
    /// </summary>
    /// <returns>As <see cref="Write"/>.</returns>
    public bool CheckRead(int index, ulong hash, CacheStore store, long epoch, ref ShardResult result, ref BatchWait? wait)
    {
        using (_lock.Enter())
        {
            // What was read under an earlier epoch may have been cut off since.
            if (_isOver || _core.Configuration.Epoch != epoch)
            {
                result = new ShardResult { Status = OperationStatus.Moved };
                return false;
            }

            _now = _time.GetTimestamp();
            var keyHash = OperationEffect.KeyHashOf(store, hash);
            if (!_core.IsAwaited(keyHash))
            {
                return true;
            }

            wait ??= BatchWait.Rent();
            var request = new ClientRequest { Id = wait.Add(index, isWrite: false), Waiter = wait, IsRead = true };
            if (_core.TryAdmit(request))
            {
                _core.Executed(request, new CommandEffect { HasChanged = false, KeyHash = keyHash });
            }

            return false;
        }
    }

    /// <summary>
    /// Executes a read that any copy may answer, as a copy that is not owner. What may not be answered, or would have to be told to the owner,
    /// is answered as moved: the owner is to be asked.
    /// </summary>
    public void ReadStale(OperationRunner runner, CacheStore store, in ShardBatch batch, int index, ulong hash, ref BatchMoment moment)
    {
        ref readonly var operation = ref batch.Operations[index];
        ref var result = ref batch.Results[index];

        // Under the lock nothing is applied, and nothing dropped: what is read is what was committed up to one position.
        using (_lock.Enter())
        {
            _now = _time.GetTimestamp();
            var allowed = _isOver ? ReplyStatus.Moved : _core.MayReadStale(batch.SessionOf(index));
            if (allowed != ReplyStatus.Done
                || (operation.Kind == OperationKind.Get && store.FindShard(_partition)?.HasSliding(batch.KeyOf(operation), hash) == true))
            {
                result.Status = allowed == ReplyStatus.Behind ? OperationStatus.Behind : OperationStatus.Moved;
                return;
            }

            runner.Run(store, batch, index, hash, _partition, ref moment);
            _now = _time.GetTimestamp();
            if (!_core.IsFresh)
            {
                result = new ShardResult { Status = OperationStatus.Moved };
            }
            else if (batch.SessionOf(index) != default)
            {
                batch.Positions[index] = _core.ConsistentTo;
            }
        }
    }

    /// <summary>Notes for a session how far it is after a read that this copy answered as owner of an epoch.</summary>
    /// <returns>Whether it is owner of that epoch still, and the session has seen none later.</returns>
    public bool TryNoteRead(in ShardBatch batch, int index, CacheStore store, ulong hash)
    {
        using (_lock.Enter())
        {
            if (!Enter() || _core.Role != CopyRole.Owner || batch.Sessions[index].Epoch > _core.Configuration.Epoch)
            {
                return false;
            }

            batch.Positions[index] = _core.SeenBy(OperationEffect.KeyHashOf(store, hash));
            return true;
        }
    }

    /// <summary>Tells other copies, if there are any, that an entry was used: its sliding expiration began again.</summary>
    public bool Renewed(CacheStore store, ReadOnlySpan<byte> key, ulong hash, long now)
    {
        using (_lock.Enter())
        {
            if (_isOver || _isAlone)
            {
                return false;
            }

            _now = _time.GetTimestamp();
            _core.Amend(_store.Pack(ChangeKind.Times, store, key, hash, now));
            var isUnsent = !_isUnsent;
            _isUnsent = true;
            Publish();
            return isUnsent;
        }
    }

    /// <summary>Lets the records of a batch leave.</summary>
    /// <param name="now">The clock, read before.</param>
    public void Flush(long now)
    {
        using (_lock.Enter())
        {
            if (Enter(now))
            {
                Send();
            }
        }
    }

    /// <inheritdoc/>
    public void Send(PeerMessage message) => _outbox.Add(message);

    /// <inheritdoc/>
    public void Ask(AuthorityRequest request) => _outbox.Add(request);

    /// <inheritdoc/>
    public void Reply(in ClientReply reply) => ((BatchWait)reply.Waiter!).Reply(reply.Id, reply.Status, reply.Copies, reply.Result.Span);

    /// <inheritdoc/>
    public void Report(ReplicationEvent what)
    {
        _network.Report(_partition, what);
        if (what == ReplicationEvent.StartedEmpty)
        {
            _filler?.Begin(_partition, _core.Configuration.Epoch);
        }
    }

    /// <summary>Notes for a session how far it is after a write.</summary>
    private void NoteSeen(in ShardBatch batch, int index)
    {
        if (batch.SessionOf(index) != default)
        {
            batch.Positions[index] = new LogPosition(_core.Configuration.Epoch, _core.End.Sequence + _writesAlone);
        }
    }

    private void Answer(RepairRequest request)
    {
        if (_core.IsServing && request.Epoch == _core.Configuration.Epoch && request.To == _core.Self)
        {
            _repair.Answer(request, _core.Amend);
        }
    }

    /// <summary>Tells the core what it has not heard yet.</summary>
    /// <returns>Whether the copy is one still.</returns>
    private bool Enter() => Enter(_time.GetTimestamp());

    private bool Enter(long now)
    {
        // Other threads may have read it later than this one and come before it.
        _now = Math.Max(_now, now);
        if (_writesAlone > 0)
        {
            _core.ExecutedAlone(_writesAlone);
            _writesAlone = 0;
        }

        return !_isOver;
    }

    private bool Leave()
    {
        Send();
        var status = CurrentStatus;
        if (status == _told)
        {
            return false;
        }

        _told = status;
        return true;
    }

    /// <summary>Sends what there is to be sent, after the gate was written.</summary>
    private void Send()
    {
        _core.Flush();
        _isUnsent = false;
        Publish();
        foreach (var message in _outbox)
        {
            if (message is PeerMessage peer)
            {
                _network.Send(_partition, peer);
            }
            else
            {
                _network.Ask(_partition, (AuthorityRequest)message);
            }
        }

        _outbox.Clear();
    }

    private void Publish()
    {
        // In this order: who sees no uncommitted write because they were given up also sees that this copy serves no more.
        ref var gate = ref _gates[_partition];
        if (gate.Epoch != _core.Configuration.Epoch)
        {
            // Nobody may take the old epoch for served.
            Volatile.Write(ref gate.ServesUntil, long.MinValue);
        }

        if (gate.ServesUntil == long.MinValue)
        {
            Volatile.Write(ref gate.ServedSince, Now);
        }

        // The epoch first: it is the one that is served.
        Volatile.Write(ref gate.Epoch, _core.Configuration.Epoch);
        Volatile.Write(ref gate.ServesUntil, _isOver ? long.MinValue : _core.ServesUntil);
        Volatile.Write(ref gate.Uncommitted, _core.Uncommitted);
        _isAlone = _core.IsAlone;
        if (_core.PausedSince is { } since && gate.ServesUntil > Now)
        {
            _core.PausedSince = null;
            _network.TakenOver(_partition, Now - since);
        }
    }
}
