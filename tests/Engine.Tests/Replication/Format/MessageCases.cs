using FsCheck;
using FsCheck.Fluent;
using Orleans.Cache.Engine.Replication;
using Orleans.Cache.Engine.Replication.Format;
using Orleans.Cache.Engine.Replication.Messages;

namespace Orleans.Cache.Engine.Tests.Replication.Format;

/// <summary>Random messages: whatever their types allow, not only what copies would say.</summary>
internal static class MessageCases
{
    private static readonly Gen<long> Longs = Gen.OneOf(
        Gen.Choose(-2, 300).Select(static small => (long)small),
        Gen.Elements(0, 1, -1, long.MinValue, long.MaxValue, long.MinValue / 2, int.MaxValue, (long)uint.MaxValue + 1),
        from high in Gen.Choose(int.MinValue, int.MaxValue)
        from low in Gen.Choose(int.MinValue, int.MaxValue)
        select ((long)high << 32) ^ low);

    private static readonly Gen<int> Ints = Gen.OneOf(Gen.Choose(-2, 300), Gen.Choose(int.MinValue, int.MaxValue), Gen.Elements(int.MinValue, int.MaxValue));

    private static readonly Gen<bool> Flags = Gen.Elements(false, true);

    private static readonly Gen<ReadOnlyMemory<byte>> Bytes =
        Gen.Choose(0, 255).Select(static value => (byte)value).ArrayOf().Select(static bytes => (ReadOnlyMemory<byte>)bytes);

    private static readonly Gen<CopyId> Copies = from node in Ints from incarnation in Longs select new CopyId(node, incarnation);

    private static readonly Gen<LogPosition> Positions = from epoch in Longs from sequence in Longs select new LogPosition(epoch, sequence);

    private static readonly Gen<OperationId> Operations = from client in Longs from number in Longs select new OperationId(client, number);

    private static readonly Gen<FollowerTime> Times = from era in Ints from ticks in Longs select new FollowerTime(era, ticks);

    /// <summary>When packets leave, and arrive: what they say of the time is said as an age, in whole milliseconds.</summary>
    public static readonly WireMoment Moment = new(1L << 50, 1_000_000);

    private static readonly Gen<long> PastTimes = Gen.OneOf(Gen.Choose(0, 300), Gen.Choose(0, int.MaxValue)).Select(static age => Moment.TimeOf((ulong)age));

    private static readonly Gen<LogRecord> Records =
        from position in Positions
        from change in Bytes
        from writtenAt in PastTimes
        from hash in Longs
        from operation in Operations
        from result in Bytes
        select new LogRecord { Position = position, Change = change, WrittenAt = writtenAt, KeyHash = (ulong)hash, Operation = operation, Result = result };

    public static readonly Gen<Configuration> Configurations =
        from version in Longs
        from epoch in Longs
        from owner in Copies
        from inSync in Copies.ArrayOf()
        from losses in Ints
        from startsEmpty in Flags
        select new Configuration { Version = version, Epoch = epoch, Owner = owner, InSync = inSync, Losses = losses, StartsEmpty = startsEmpty };

    private static readonly Gen<PeerMessage> Appends =
        from @from in Copies
        from to in Copies
        from epoch in Longs
        from configuration in Configurations
        from previous in Positions
        from records in Records.ArrayOf()
        from commit in Longs
        from sentAt in Longs
        from echo in Times
        select (PeerMessage)new Append
        {
            From = @from,
            To = to,
            Epoch = epoch,
            Configuration = configuration,
            Previous = previous,
            Records = records,
            Commit = commit,
            SentAt = sentAt,
            Echo = echo,
        };

    private static readonly Gen<PeerMessage> AppendAcks =
        from @from in Copies
        from to in Copies
        from epoch in Longs
        from answer in Gen.Elements(Enum.GetValues<AppendAnswer>())
        from matched in Longs
        from snapshot in Longs
        from previous in Longs
        from sentAt in Longs
        from time in Times
        select (PeerMessage)new AppendAck
        {
            From = @from,
            To = to,
            Epoch = epoch,
            Answer = answer,
            Matched = matched,
            Snapshot = snapshot,
            Previous = previous,
            SentAt = sentAt,
            FollowerTime = time,
        };

    private static readonly Gen<PeerMessage> ChunkAcks =
        from @from in Copies
        from to in Copies
        from epoch in Longs
        from snapshot in Longs
        from index in Ints
        select (PeerMessage)new ChunkAck { From = @from, To = to, Epoch = epoch, Snapshot = snapshot, Index = index };

    private static readonly Gen<PeerMessage> RepairRequests =
        from @from in Copies
        from to in Copies
        from epoch in Longs
        from buckets in Longs
        from isEvicting in Flags
        from name in Gen.Elements(string.Empty, "default", "caf\u00e9", new string('x', 64))
        select (PeerMessage)new RepairRequest { From = @from, To = to, Epoch = epoch, Buckets = (ulong)buckets, IsEvicting = isEvicting, Cache = name };

    private static readonly Gen<PeerMessage> Notices =
        from @from in Copies
        from to in Copies
        from epoch in Longs
        from configuration in Configurations
        from isHandover in Flags
        from era in Ints
        from ticks in Longs
        from pausedSince in PastTimes
        select (PeerMessage)new ConfigurationNotice
        {
            From = @from,
            To = to,
            Epoch = epoch,
            Configuration = configuration,
            Handover = isHandover ? new HandoverTimes(new FollowerTime(era, ticks), pausedSince) : null,
        };

    private static readonly Gen<OperationTable.Entry> Entries =
        from operation in Operations
        from position in Positions
        from result in Bytes
        select new OperationTable.Entry(operation, position, result);

    private static readonly Gen<PeerMessage> Chunks =
        from @from in Copies
        from to in Copies
        from epoch in Longs
        from snapshot in Longs
        from index in Ints
        from start in Positions
        from changes in Bytes.ArrayOf()
        from writtenAt in PastTimes
        from isLast in Flags
        from end in Positions
        from floor in Longs
        from operations in Entries.ArrayOf()
        from forgotten in Positions
        from forgottenAt in PastTimes
        select (PeerMessage)new SnapshotChunk
        {
            From = @from,
            To = to,
            Epoch = epoch,
            Snapshot = snapshot,
            Index = index,
            Base = start,
            Changes = changes,
            WrittenAt = writtenAt,
            IsLast = isLast,
            End = end,
            VersionFloor = floor,
            Operations = operations,
            OperationsForgotten = forgotten,
            OperationsForgottenAt = forgotten == default ? Moment.Now : forgottenAt,
        };

    public static readonly Gen<PeerMessage> Messages = Gen.OneOf(Appends, AppendAcks, ChunkAcks, RepairRequests, Notices, Chunks);

    public static readonly Gen<AuthorityRequest> Requests =
        from @from in Copies
        from sentAt in Longs
        from proposal in Gen.OneOf(Configurations.Select(static configuration => (Configuration?)configuration), Gen.Constant<Configuration?>(null))
        select new AuthorityRequest { From = @from, SentAt = sentAt, Proposal = proposal };

    public static readonly Gen<AuthorityReply> Replies =
        from to in Copies
        from sentAt in Longs
        from recorded in Configurations
        select new AuthorityReply { To = to, SentAt = sentAt, Recorded = recorded };

    public static readonly Gen<int> Partitions = Gen.OneOf(Gen.Choose(0, 16_383), Gen.Choose(0, int.MaxValue));
}
