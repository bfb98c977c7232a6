using System.Buffers;
using Orleans.Cache.Engine.Replication;
using Orleans.Cache.Engine.Replication.Format;
using Orleans.Cache.Engine.Replication.Messages;
using RecordedConfiguration = Orleans.Cache.Engine.Replication.Configuration;

namespace Orleans.Cache.Contracts.Tests.Wire;

/// <summary>The bytes between copies, and between them and the authority: see docs/formats/replication.md.</summary>
public sealed class ReplicationFormatTests
{
    private static readonly CopyId Owner = new(1, 300);
    private static readonly CopyId Replica = new(2, 5);

    private static readonly RecordedConfiguration Recorded = new()
    {
        Version = 9,
        Epoch = 3,
        Owner = Owner,
        InSync = [Owner, Replica],
        Losses = 1,
        StartsEmpty = true,
    };

    private const string GoldenAppend = """
        05 01
        01 AC02 02D804 040A 06
        12 06 02D804 02 02D804 040A 02 01
        06 C801 C601 8877665544332211 00 0100000000000000
        02
        00 00 02 FA01 EFCDAB8967452301 00 00 00
        00 00 00 00 0000000000000000 0E 10 03
        6B76
        616263
        """;

    private const string GoldenOthers = """
        05 01
        02 07 040A 02D804 06 01 CA01 00 C801 8877665544332211 00 0200000000000000
        03 07 040A 02D804 06 04 01
        04 07 02D804 040A 06 12 06 02D804 02 02D804 040A 02 01 00
        04 07 02D804 040A 06 12 06 02D804 02 02D804 040A 02 01 01 00 0200000000000000 0C
        05 07 02D804 040A 06 04 00 06C601 01 06C801 B801 0602 0B 07 02 01 02 78 797A 01 0E10 06C401 01 72
        """;

    private const string GoldenRequests = """
        05 02
        07 02D804 8877665544332211 00
        08 040A 8877665544332211 01 12 06 02D804 02 02D804 040A 02 01
        """;

    private const string GoldenReplies = """
        05 03
        07 02D804 8877665544332211 12 06 02D804 02 02D804 040A 02 01
        """;

    private const long Time = 0x1122334455667788;

    private static readonly WireMoment Now = new(1_000_000_000, 1_000_000);

    [Fact]
    public void Append_HasTheGoldenBytes() => Assert.Equal(
        Hex(GoldenAppend),
        Written(PacketKind.Messages, to => ReplicationFormat.Write(to, 300, new Append
        {
            From = Owner,
            To = Replica,
            Epoch = 3,
            Configuration = Recorded,
            Previous = new LogPosition(3, 100),
            Commit = 99,
            SentAt = Time,
            Echo = new FollowerTime(0, 1),
            Records =
            [
                new LogRecord { Position = new LogPosition(3, 101), Change = "kv"u8.ToArray(), KeyHash = 0x0123456789ABCDEF, WrittenAt = Now.TimeOf(250) },
                new LogRecord { Position = new LogPosition(3, 102), Operation = new OperationId(7, 8), Result = "abc"u8.ToArray(), WrittenAt = Now.Now },
            ],
        }, Now)));

    [Fact]
    public void Others_HaveTheGoldenBytes() => Assert.Equal(
        Hex(GoldenOthers),
        Written(PacketKind.Messages, to =>
        {
            ReplicationFormat.Write(to, 7, new AppendAck
            {
                From = Replica,
                To = Owner,
                Epoch = 3,
                Answer = AppendAnswer.Accepted,
                Matched = 101,
                Snapshot = 0,
                Previous = 100,
                SentAt = Time,
                FollowerTime = new FollowerTime(0, 2),
            }, Now);
            ReplicationFormat.Write(to, 7, new ChunkAck { From = Replica, To = Owner, Epoch = 3, Snapshot = 2, Index = ChunkAck.BeginAgain }, Now);
            ReplicationFormat.Write(to, 7, new ConfigurationNotice { From = Owner, To = Replica, Epoch = 3, Configuration = Recorded }, Now);
            ReplicationFormat.Write(to, 7, new ConfigurationNotice
            {
                From = Owner,
                To = Replica,
                Epoch = 3,
                Configuration = Recorded,
                Handover = new HandoverTimes(new FollowerTime(0, 2), Now.TimeOf(12)),
            }, Now);
            ReplicationFormat.Write(to, 7, new SnapshotChunk
            {
                From = Owner,
                To = Replica,
                Epoch = 3,
                Snapshot = 2,
                Index = 0,
                Base = new LogPosition(3, 99),
                IsLast = true,
                End = new LogPosition(3, 100),
                VersionFloor = 92,
                OperationsForgotten = new LogPosition(3, 1),
                OperationsForgottenAt = Now.TimeOf(11),
                Changes = ["x"u8.ToArray(), "yz"u8.ToArray()],
                WrittenAt = Now.TimeOf(7),
                Operations = [new OperationTable.Entry(new OperationId(7, 8), new LogPosition(3, 98), "r"u8.ToArray())],
            }, Now);
        }));

    [Fact]
    public void Requests_HaveTheGoldenBytes() => Assert.Equal(
        Hex(GoldenRequests),
        Written(PacketKind.Requests, to =>
        {
            ReplicationFormat.Write(to, 7, new AuthorityRequest { From = Owner, SentAt = Time });
            ReplicationFormat.Write(to, 8, new AuthorityRequest { From = Replica, SentAt = Time, Proposal = Recorded });
        }));

    [Fact]
    public void Replies_HaveTheGoldenBytes() => Assert.Equal(
        Hex(GoldenReplies),
        Written(PacketKind.Replies, to => ReplicationFormat.Write(to, 7, new AuthorityReply { To = Owner, SentAt = Time, Recorded = Recorded })));

    [Theory]
    [InlineData(GoldenAppend, 1)]
    [InlineData(GoldenOthers, 5)]
    public void GoldenMessages_AreRead(string golden, int messages) =>
        Assert.Equal(messages, ReplicationFormat.ReadMessages(Convert.FromHexString(Hex(golden)), Now).Count);

    [Fact]
    public void Page_OfTheFormat_HasTheGoldenBytesAndAllKinds()
    {
        var page = File.ReadAllText(Repository.PathOf("docs/formats/replication.md"));

        foreach (var golden in new[] { GoldenAppend, GoldenOthers, GoldenRequests, GoldenReplies })
        {
            Assert.Contains(Hex(golden), page.Split("```").Where(static (_, index) => index % 2 == 1).Select(Hex));
        }

        foreach (var kind in Enum.GetValues<MessageKind>())
        {
            Assert.Contains($"| {(int)kind} | `{kind}` |", page, StringComparison.Ordinal);
        }
    }

    private static string Written(PacketKind kind, Action<IBufferWriter<byte>> write)
    {
        var bytes = new ArrayBufferWriter<byte>();
        ReplicationFormat.Begin(bytes, kind);
        write(bytes);
        return Convert.ToHexString(bytes.WrittenSpan);
    }

    private static string Hex(string text) => string.Concat(text.Where(char.IsAsciiHexDigit));
}
