using Orleans.Cache.Engine.Replication;
using Orleans.Cache.Engine.Replication.Messages;
using RecordedConfiguration = Orleans.Cache.Engine.Replication.Configuration;

namespace Orleans.Cache.Cluster.Tests.Replication;

/// <summary>Messages as copies would send them.</summary>
internal static class SomeMessages
{
    public static Append Append(int to, long previous, params byte[][] changes) => Append(to, previous, writtenAt: 0, changes);

    public static Append Append(int to, long previous, long writtenAt, params byte[][] changes) => new()
    {
        From = new CopyId(1, 1 << 20),
        To = new CopyId(to, 1 << 20),
        Epoch = 3,
        Configuration = Configuration(),
        Previous = new LogPosition(3, previous),
        Records = [.. changes.Select((change, index) => new LogRecord { Position = new LogPosition(3, previous + 1 + index), Change = change, WrittenAt = writtenAt })],
        Commit = previous,
        SentAt = 123_456_789,
        Echo = FollowerTime.None,
    };

    public static AppendAck Ack(int to, long matched = 1) => new()
    {
        From = new CopyId(1, 1 << 20),
        To = new CopyId(to, 1 << 20),
        Epoch = 3,
        Answer = AppendAnswer.Accepted,
        Matched = matched,
        Snapshot = 0,
        Previous = matched,
        SentAt = 123_456_789,
        FollowerTime = FollowerTime.None,
    };

    public static SnapshotChunk Chunk(int to, int index, int bytes = 8, long writtenAt = 0) => new()
    {
        From = new CopyId(1, 1 << 20),
        To = new CopyId(to, 1 << 20),
        Epoch = 3,
        Snapshot = 1,
        Index = index,
        Base = new LogPosition(3, 5),
        Changes = [new byte[bytes]],
        WrittenAt = writtenAt,
        IsLast = false,
        End = new LogPosition(3, 9),
        VersionFloor = 77,
        Operations = [],
        OperationsForgotten = default,
    };

    public static RecordedConfiguration Configuration(long version = 4) => new()
    {
        Version = version,
        Epoch = 3,
        Owner = new CopyId(1, 1 << 20),
        InSync = [new CopyId(1, 1 << 20), new CopyId(2, 1 << 20)],
        Losses = 0,
        StartsEmpty = false,
    };

    public static AuthorityRequest Request(long sentAt, RecordedConfiguration? proposal = null, int node = 1) =>
        new() { From = new CopyId(node, 1 << 20), SentAt = sentAt, Proposal = proposal };
}
