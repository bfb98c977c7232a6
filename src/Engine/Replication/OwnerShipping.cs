using Orleans.Cache.Engine.Replication.Messages;

namespace Orleans.Cache.Engine.Replication;

/// <summary>
/// An owner's talk with the other copies: records in order, again after a loss; beats when there are none; a snapshot, chunk by chunk, for
/// who has nothing that the log still reaches.
/// </summary>
internal sealed class OwnerShipping(CopyContext context, FollowerSet followers, OwnerRole owner)
{
    private const int TailsHeldForSnapshots = 8;

    /// <summary>A chunk is large, and hurries nobody: on a busy machine its answer may take much longer than that to a beat, and sending it again makes it worse.</summary>
    private const int ChunkPatience = 16;

    private static readonly LogRecord[] NoRecords = [];

    private readonly ReplicationSettings _settings = context.Settings;
    private readonly CopyState _state = context.State;
    private readonly List<ReadOnlyMemory<byte>> _changes = [];
    private long _lastSnapshot;

    public void Tick(long now)
    {
        foreach (var follower in followers.All)
        {
            if (follower.Snapshot is { } snapshot)
            {
                Pump(follower, snapshot, now);
            }

            if (follower.IsStreaming && follower.Next - 1 > follower.Matched && now - follower.ProgressAt >= _settings.ResendTicks)
            {
                follower.JoinFrom(Math.Max(follower.Matched + 1, Math.Min(follower.JoinAt, follower.Next)), now);
                SendRecords(follower, now);
            }

            if (IsBeatDue(now - follower.SentAt, now))
            {
                if (follower.IsStreaming && follower.Next > _state.Log.Last.Sequence)
                {
                    SendBeat(follower, now);
                }
                else
                {
                    SendOne(follower, now);
                }
            }
        }
    }

    /// <summary>
    /// Beats are due together, for all partitions that share the clock: so they need few packets. Who was spoken to a short while ago has time
    /// until the next round.
    /// </summary>
    private bool IsBeatDue(long silence, long now) =>
        silence >= _settings.BeatTicks || (_settings.BeatsTogether && silence >= _settings.BeatTicks / 2 && now / _settings.BeatTicks != (now - silence) / _settings.BeatTicks);

    /// <summary>Sends what the followers were not sent yet.</summary>
    public void Flush()
    {
        var last = _state.Log.Last.Sequence;
        foreach (var follower in followers.All)
        {
            if (follower.IsStreaming && follower.Next <= last)
            {
                SendRecords(follower, context.Host.Now);
            }
        }
    }

    public void OnAck(AppendAck ack)
    {
        var follower = followers.Find(ack.From) ?? Meet(ack.From);
        if (follower is null)
        {
            return;
        }

        var now = context.Host.Now;
        follower.Heard(ack.SentAt, now);
        follower.FollowerTime = FollowerTime.Later(follower.FollowerTime, ack.FollowerTime);
        follower.LeaseStart = Math.Max(follower.LeaseStart, context.Rules.LeaseStart(ack.SentAt, now));
        if (!context.Rules.CountsAnswer(ack.Snapshot, follower.LastSnapshot))
        {
            // It tells what the copy held before it dropped that. Of one just met again nothing else may come.
            if (!follower.IsStreaming && follower.Snapshot is null)
            {
                StartSnapshot(follower, now);
            }

            return;
        }

        switch (ack.Answer)
        {
            case AppendAnswer.Accepted:
                Progress(follower, ack, now);
                break;
            case AppendAnswer.Mismatch:
                GoBack(follower, ack, now);
                break;
            case AppendAnswer.NeedsSnapshot when follower.Snapshot is null && !followers.IsMember(follower) && (!follower.IsStreaming || ack.SentAt >= follower.StreamingSince):
                StartSnapshot(follower, now);
                break;
        }
    }

    public void OnChunkAck(ChunkAck ack)
    {
        if (followers.Find(ack.From) is not { Snapshot: { Unacknowledged: { } chunk } snapshot } follower
            || snapshot.Id != ack.Snapshot || (chunk.Index != ack.Index && ack.Index != ChunkAck.BeginAgain))
        {
            return;
        }

        var now = context.Host.Now;
        follower.HeardAt = now;
        if (ack.Index == ChunkAck.BeginAgain)
        {
            StartSnapshot(follower, now);
            return;
        }

        snapshot.Unacknowledged = null;
        if (!chunk.IsLast)
        {
            SendChunk(follower, snapshot, chunk.Index + 1, now);
            return;
        }

        follower.Snapshot = null;
        follower.SnapshotEnd = chunk.End.Sequence;
        follower.Matched = chunk.Base.Sequence;
        follower.StreamingSince = now;
        follower.JoinFrom(chunk.Base.Sequence + 1, now);
        SendRecords(follower, now);
    }

    /// <summary>Says hello to a node of which no copy is known; its answer has its name.</summary>
    public static void Greet(CopyContext context, int node)
    {
        context.Host.Send(new Append
        {
            From = context.Self,
            To = new CopyId(node, 0),
            Epoch = context.Epoch,
            Configuration = context.Configuration,
            Previous = context.State.Log.Last,
            Records = NoRecords,
            Commit = context.State.Commit,
            SentAt = context.Host.Now,
            Echo = FollowerTime.None,
        });
    }

    private FollowerProgress? Meet(CopyId copy)
    {
        var known = followers.FindOn(copy.Node);
        if (context.Wanted?.Contains(copy.Node) != true || copy.Node == context.Self.Node || known?.Copy.Incarnation >= copy.Incarnation)
        {
            return null;
        }

        if (known is not null && followers.IsMember(known))
        {
            // The node has another copy by now, so the one in sync is gone.
            known.HeardAt = long.MinValue / 2;
        }

        return followers.Add(copy);
    }

    private void Progress(FollowerProgress follower, AppendAck ack, long now)
    {
        if (!follower.IsStreaming && follower.Snapshot is null)
        {
            follower.JoinFrom(ack.Matched + 1, now);
        }

        if (ack.Matched > follower.Matched)
        {
            follower.Matched = ack.Matched;
            follower.Next = Math.Max(follower.Next, ack.Matched + 1);
            follower.ProgressAt = now;
            owner.AdvanceCommit();
        }
    }

    /// <summary>The follower's log does not join where it was thought to: go back as far as it needs, and as the log reaches.</summary>
    private void GoBack(FollowerProgress follower, AppendAck ack, long now)
    {
        if (follower.Snapshot is not null || (follower.IsStreaming && ack.Previous < follower.JoinAt - 1))
        {
            return;
        }

        var oldest = _state.Log.Base.Sequence;
        var next = Math.Max(follower.Matched, ack.Matched) + 1;
        if (next > oldest)
        {
            // Of many messages behind one that was lost, each is answered so; one answer is enough.
            var isKnown = follower.IsStreaming && follower.JoinAt == next && now - follower.ProgressAt < _settings.ResendTicks / 2;
            if (!follower.IsStreaming || (next < follower.Next && !isKnown))
            {
                follower.JoinFrom(next, now);
                SendRecords(follower, now);
            }
        }
        else if (ack.Previous > oldest || followers.IsMember(follower))
        {
            // A copy in sync may know less of what is committed than it has: its log joins here all the same.
            follower.JoinFrom(oldest + 1, now);
            SendRecords(follower, now);
        }
        else
        {
            StartSnapshot(follower, now);
        }
    }

    private void SendRecords(FollowerProgress follower, long now)
    {
        do
        {
            SendOne(follower, now);
        }
        while (follower.IsStreaming
            && follower.Next <= _state.Log.Last.Sequence
            && follower.Next - follower.Matched <= _settings.MaxUncommitted);
    }

    private void SendOne(FollowerProgress follower, long now)
    {
        var log = _state.Log;
        if (follower.IsStreaming && !log.Reaches(follower.Next - 1))
        {
            StartSnapshot(follower, now);
        }

        var previous = follower.IsStreaming ? log.PositionAt(follower.Next - 1) : log.Last;
        var count = follower.IsStreaming ? (int)Math.Min(_settings.BatchRecords, log.Last.Sequence - previous.Sequence) : 0;
        count = log.CountWithin(previous.Sequence + 1, count, _settings.BatchBytes);
        var records = count == 0 ? NoRecords : new LogRecord[count];
        for (var index = 0; index < records.Length; index++)
        {
            records[index] = log[previous.Sequence + 1 + index];
        }

        if (count > 0 && follower.Next == follower.Matched + 1)
        {
            follower.ProgressAt = now;
        }

        follower.Next = previous.Sequence + 1 + count;
        Send(follower, previous, records, now);
    }

    /// <summary>
    /// Sends no records. It joins where the follower's log surely does, not behind what is on the way: so it may overtake that, and large
    /// records cost nobody the lease.
    /// </summary>
    private void SendBeat(FollowerProgress follower, long now)
    {
        var log = _state.Log;
        Send(follower, log.PositionAt(log.Reaches(follower.Matched) ? follower.Matched : log.Last.Sequence), NoRecords, now);
    }

    private void Send(FollowerProgress follower, LogPosition previous, LogRecord[] records, long now)
    {
        follower.SentAt = now;
        context.Host.Send(new Append
        {
            From = context.Self,
            To = follower.Copy,
            Epoch = context.Epoch,
            Configuration = context.Configuration,
            Previous = previous,
            Records = records,
            Commit = _state.Commit,
            SentAt = context.Host.Now,
            Echo = owner.HasLease() || !context.Rules.VouchesOnlyUnderLease ? follower.FollowerTime : FollowerTime.None,
        });
    }

    private void StartSnapshot(FollowerProgress follower, long now)
    {
        if (followers.IsMember(follower))
        {
            // Records are forgotten when all copies in sync have them.
            throw new InvalidOperationException($"the log of {context.Self} does not reach back to {follower.Copy}, which is in sync");
        }

        context.Host.Report(follower.Snapshot is null ? ReplicationEvent.SnapshotStarted : ReplicationEvent.SnapshotRestarted);
        var snapshot = new SnapshotSending(++_lastSnapshot, _state.CommittedPosition);
        followers.BeginSnapshot(follower, snapshot);
        SendChunk(follower, snapshot, index: 0, now);
    }

    private void Pump(FollowerProgress follower, SnapshotSending snapshot, long now)
    {
        if (!_state.Log.Reaches(snapshot.Start.Sequence) || _state.Commit - snapshot.Start.Sequence > (long)_settings.TailRecords * TailsHeldForSnapshots)
        {
            StartSnapshot(follower, now);
        }
        else if (snapshot.Unacknowledged is { } chunk && now - snapshot.SentAt >= ChunkPatience * _settings.ResendTicks)
        {
            snapshot.SentAt = now;
            context.Host.Send(chunk);
        }
    }

    private void SendChunk(FollowerProgress follower, SnapshotSending snapshot, int index, long now)
    {
        _changes.Clear();
        _state.Store.Scan(ref snapshot.Cursor, _settings.ChunkEntries, _changes);
        follower.EntriesSent += _changes.Count;
        foreach (var change in _changes)
        {
            follower.BytesSent += change.Length;
        }

        var isLast = snapshot.Cursor == 0;
        var start = context.Rules.SnapshotBase(snapshot.Start, _state.CommittedPosition);
        var chunk = new SnapshotChunk
        {
            From = context.Self,
            To = follower.Copy,
            Epoch = context.Epoch,
            Snapshot = snapshot.Id,
            Index = index,
            Base = start,
            Changes = [.. _changes],
            WrittenAt = now,
            IsLast = isLast,
            End = _state.Log.Last,
            VersionFloor = _state.Store.VersionFloor,
            Operations = isLast ? _state.Operations.UpTo(start) : [],
            OperationsForgotten = _state.Operations.Forgotten,
            OperationsForgottenAt = _state.Operations.ForgottenAt,
        };
        snapshot.Unacknowledged = chunk;
        snapshot.SentAt = now;
        context.Host.Send(chunk);
    }
}
