using Orleans.Cache.Engine.Replication;
using Orleans.Cache.Engine.Replication.Messages;
using Orleans.Cache.Simulation.Checking;

namespace Orleans.Cache.Simulation.World;

/// <summary>
/// A caller with a session: one operation after the other, each tried again, under its id, until it is answered or its time is over.
/// </summary>
internal sealed class SimClient(SimWorld world, int index, SimRandom random)
{
    private readonly long _thinkTicks = world.Settings.ThinkTicks;
    private readonly long _patience = (world.Settings.IsFocused ? 90 : 250) * SimSettings.Millisecond;
    private readonly bool _isReader = world.Settings.IsFocused && index % 2 == 0;
    private readonly LogPosition[] _sessions = new LogPosition[world.Settings.Partitions];
    private readonly int[] _owners = new int[world.Settings.Partitions];
    private readonly long[] _lastValues = new long[SimSettings.Keys];
    private int _lastKey;
    private SimCall? _call;
    private long _operations;

    public bool IsIdle => _call is null;

    public void Start() => world.Queue.After(random.NextInt64(_thinkTicks), BeginNext);

    /// <summary>Reads a key from the owner, whatever the client would do else. For the end of a run.</summary>
    public void Audit(int partition, int key, Action<bool> done)
    {
        _call = null;
        Begin(new SimCall(partition, Operation(key, new SimCommand(CommandKind.Get, key, 0, 0)), world.Queue.Time + world.Settings.Recovery) { Done = done });
    }

    public void OnReply(in ClientReply reply)
    {
        if (_call is not { } call || !call.Attempts.TryGetValue(reply.Id, out var invoke))
        {
            return;
        }

        call.Attempts.Remove(reply.Id);
        if (reply.Owner.Node >= 0)
        {
            _owners[call.Partition] = reply.Owner.Node;
        }

        switch (reply.Status)
        {
            case ReplyStatus.Done when call.Operation.Level == ReadLevel.Quorum:
                CountVote(call, reply, invoke);
                return;
            case ReplyStatus.Done:
                Finish(call, reply, invoke);
                return;
            case ReplyStatus.Unknown:
                call.IsUncertain = true;
                break;
            case ReplyStatus.Forgotten:
                call.IsUncertain |= call.AttemptsSent > 1 || world.Settings.DoublesRequests;
                Learn(call.Partition, reply.Position);
                End(call);
                return;
            case ReplyStatus.Behind:
                call.PrefersOwner = true;
                break;
        }

        if (call.Operation.Level != ReadLevel.Quorum)
        {
            var number = call.AttemptsSent;
            world.Queue.After(random.NextInt64(2, 25) * SimSettings.Millisecond, () => Retry(call, number));
        }
    }

    private void BeginNext()
    {
        if (world.IsOver || _call is not null)
        {
            return;
        }

        var partition = random.Chance(700) ? 0 : random.Next(world.Settings.Partitions);
        var operation = SimWorkload.Next(random, ++_operations, index, _lastKey, _lastValues, mayWrite: _sessions[partition] != default && (!_isReader || random.Chance(100)));
        Begin(new SimCall(partition, operation, world.Queue.Time + random.NextInt64(2 * _patience, 7 * _patience)));
    }

    private Operation Operation(int key, SimCommand command) => new() { Session = index, Key = key, Command = command, Level = ReadLevel.Owner };

    private void Begin(SimCall call)
    {
        _call = call;
        call.Operation.Invoke = world.NextOrder();
        call.Operation.InvokeTime = world.Queue.Time;
        call.Since = _sessions[call.Partition];
        Attempt(call);
    }

    private void Attempt(SimCall call)
    {
        var number = ++call.AttemptsSent;
        if (call.Operation.Level == ReadLevel.Quorum)
        {
            // Votes of an earlier attempt do not count: a node has one.
            call.Attempts.Clear();
            call.Votes = 0;
            call.Best = default;
            foreach (var node in world.Wanted[call.Partition].Nodes)
            {
                SendTo(call, node);
            }
        }
        else
        {
            var anywhere = (call.Operation.Level == ReadLevel.Any && !call.PrefersOwner) || random.Chance(number > 1 ? 400 : world.Settings.IsFocused ? 250 : 80);
            SendTo(call, anywhere ? random.Next(world.Settings.Nodes) : _owners[call.Partition]);
        }

        world.Queue.After(random.NextInt64(_patience / 3, _patience), () => Retry(call, number));
    }

    private void SendTo(SimCall call, int node)
    {
        var operation = call.Operation;
        var id = world.NextOrder();
        call.Attempts[id] = id;
        var request = new ClientRequest
        {
            Id = id,
            IsRead = operation.IsRead,
            Level = operation.Level,
            Concern = operation.Concern,
            Session = operation.IsWithoutSession ? default : _sessions[call.Partition],
            Operation = operation.IsRead ? default : new OperationId(index + 1, operation.Number),
            Since = call.Since,
        };
        var boot = world.Nodes[node].Boot;
        world.Network.Send(world.ClientEndpoint, node, world.Settings.DoublesRequests, () =>
            world.Nodes[node].Deliver(boot, () => world.Nodes[node].Copies[call.Partition].Submit(this, ByClockOf(node, request, operation.InvokeTime), operation.Command)));
    }

    /// <summary>In some worlds callers know no position of the log, but silos when an operation began: docs/decisions/0022-operation-ids.md.</summary>
    private ClientRequest ByClockOf(int node, in ClientRequest request, long began) =>
        world.Settings.KnowsTimes ? request with { Since = default, Began = world.Nodes[node].ClockAt(began) } : request;

    private void Retry(SimCall call, int attempt)
    {
        if (_call != call || call.AttemptsSent != attempt)
        {
            return;
        }

        if (world.Queue.Time > call.Deadline)
        {
            End(call);
        }
        else
        {
            Attempt(call);
        }
    }

    private void CountVote(SimCall call, in ClientReply reply, long invoke)
    {
        call.Votes++;
        if (call.Votes == 1 || reply.Position > call.Best.Position)
        {
            call.Best = reply;
        }

        call.FirstInvoke = call.Votes == 1 ? invoke : Math.Min(call.FirstInvoke, invoke);
        if (call.Votes * 2 > world.Settings.Replication.Copies)
        {
            Finish(call, call.Best, call.FirstInvoke);
        }
    }

    private void Finish(SimCall call, in ClientReply reply, long invoke)
    {
        var operation = call.Operation;
        operation.Outcome = Outcome.Done;
        operation.Result = SimEntry.From(reply.Result.Span);
        operation.Position = reply.Position;
        operation.Copies = reply.Copies;
        if (operation.IsRead)
        {
            operation.Invoke = invoke;
        }

        _lastValues[operation.Key] = operation.Result.Value;
        _lastKey = operation.IsRead ? _lastKey : operation.Key;
        Learn(call.Partition, reply.Position);
        Close(call);
    }

    /// <summary>No answer, or none that says what happened.</summary>
    private void End(SimCall call)
    {
        // Where nothing comes twice, an attempt that was refused was not executed; and all were refused if none is outstanding.
        var isUncertain = call.IsUncertain || call.Attempts.Count > 0 || world.Settings.DoublesRequests;
        call.Operation.Outcome = isUncertain ? Outcome.Unknown : Outcome.NotDone;
        Close(call);
    }

    private void Close(SimCall call)
    {
        _call = null;
        call.Operation.Return = world.NextOrder();
        call.Operation.ReturnTime = world.Queue.Time;
        world.History.Add(call.Partition, call.Operation);
        world.NoteOperation(call.Partition, call.Operation);
        if (call.Done is { } done)
        {
            done(call.Operation.Outcome == Outcome.Done);
        }
        else
        {
            world.Queue.After(random.NextInt64(_thinkTicks), BeginNext);
        }
    }

    private void Learn(int partition, LogPosition position) => _sessions[partition] = position > _sessions[partition] ? position : _sessions[partition];
}
