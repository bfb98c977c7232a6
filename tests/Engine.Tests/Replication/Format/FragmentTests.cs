using System.Buffers;
using Orleans.Cache.Engine.Replication;
using Orleans.Cache.Engine.Replication.Format;
using Orleans.Cache.Engine.Replication.Messages;

namespace Orleans.Cache.Engine.Tests.Replication.Format;

public sealed class FragmentTests
{
    private const int Piece = 1000;
    private const ulong Age = 40;

    [Fact]
    public void Pieces_InTheirOrder_AreTheMessage()
    {
        var (whole, change) = Message(bytes: 4500);
        var fragments = new FragmentAssembler();

        var counts = Enumerable.Range(0, 5).Select(number => Read(fragments, whole, transfer: 1, number)).ToArray();

        Assert.Equal([0, 0, 0, 0, 1], counts.Select(static messages => messages.Count));
        var (partition, message) = counts[4][0];
        Assert.Equal(9, partition);
        Assert.True(((Append)message).Records[0].Change.Span.SequenceEqual(change));
    }

    [Fact]
    public void Age_OfAMessageInPieces_CountsFromItsFirst()
    {
        var (whole, _) = Message(bytes: 4500);
        var fragments = new FragmentAssembler();

        var last = Enumerable.Range(0, 5).Select(number => Read(fragments, whole, transfer: 1, number, arrival: 1_000_000 * (number + 1))).ToList()[^1];

        Assert.Equal((MessageCases.Moment with { Now = 1_000_000 }).TimeOf(Age), ((Append)Assert.Single(last).Message).Records[0].WrittenAt);
    }

    [Theory]
    [InlineData(0, 1, 3, 4)]
    [InlineData(1, 2, 3, 4)]
    [InlineData(0, 1, 1, 2, 3, 4)]
    [InlineData(0, 1, 2, 3)]
    public void Pieces_OfWhichOneIsMissingOrDoubled_AreNoMessage_AndTheNextIsReadAllTheSame(params int[] pieces)
    {
        var (whole, _) = Message(bytes: 4500);
        var fragments = new FragmentAssembler();

        Assert.All(pieces, number => Assert.Empty(Read(fragments, whole, transfer: 1, number)));

        Assert.Equal(1, Enumerable.Range(0, 5).Sum(number => Read(fragments, whole, transfer: 2, number).Count));
    }

    [Fact]
    public void Pieces_OfTwoTransfers_AreNotMixed()
    {
        var (whole, _) = Message(bytes: 4500);
        var fragments = new FragmentAssembler();
        Assert.Empty(Read(fragments, whole, transfer: 1, 0));

        Assert.All(Enumerable.Range(1, 4), number => Assert.Empty(Read(fragments, whole, transfer: 2, number)));
    }

    [Theory]
    [InlineData(uint.MaxValue, 0)]
    [InlineData(100, 90)]
    [InlineData(100, 200)]
    public void Piece_OutsideOfTheWhole_IsRefused(uint whole, uint offset)
    {
        var packet = new ArrayBufferWriter<byte>();
        ReplicationFormat.Begin(packet, PacketKind.Messages);
        FragmentFormat.Write(packet, transfer: 1, (int)whole, (int)offset, new byte[20]);

        Assert.Throws<InvalidDataException>(() => ReplicationFormat.ViewMessages(packet.WrittenMemory, new FragmentAssembler(), [], MessageCases.Moment));
    }

    [Fact]
    public void Piece_WhereNoneMayBe_IsRefused() =>
        Assert.Throws<InvalidDataException>(() => ReplicationFormat.ViewMessages(Packet(Message(bytes: 10).Whole, transfer: 1, 0), fragments: null, [], MessageCases.Moment));

    private static List<(int Partition, PeerMessage Message)> Read(FragmentAssembler fragments, byte[] whole, long transfer, int number, long arrival = 0)
    {
        var messages = new List<(int, PeerMessage)>();
        ReplicationFormat.ViewMessages(Packet(whole, transfer, number), fragments, messages, MessageCases.Moment with { Now = arrival });
        return messages;
    }

    private static ReadOnlyMemory<byte> Packet(byte[] whole, long transfer, int number)
    {
        var packet = new ArrayBufferWriter<byte>();
        ReplicationFormat.Begin(packet, PacketKind.Messages);
        FragmentFormat.Write(packet, transfer, whole.Length, number * Piece, whole.AsSpan(number * Piece, Math.Min(Piece, whole.Length - (number * Piece))));
        return packet.WrittenMemory;
    }

    private static (byte[] Whole, byte[] Change) Message(int bytes)
    {
        var change = new byte[bytes];
        new Random(5).NextBytes(change);
        var packet = new ArrayBufferWriter<byte>();
        ReplicationFormat.Write(packet, 9, new Append
        {
            From = new CopyId(1, 1),
            To = new CopyId(2, 1),
            Epoch = 3,
            Configuration = Configuration.None,
            Previous = new LogPosition(3, 7),
            Records = [new LogRecord { Position = new LogPosition(3, 8), Change = change, WrittenAt = MessageCases.Moment.TimeOf(Age) }],
            Commit = 7,
            SentAt = 1,
            Echo = FollowerTime.None,
        }, MessageCases.Moment);
        return (packet.WrittenSpan.ToArray(), change);
    }
}
