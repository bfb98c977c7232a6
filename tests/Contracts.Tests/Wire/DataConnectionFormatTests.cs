using System.Buffers;
using System.Buffers.Binary;
using Orleans.Cache.Contracts.Connections;
using Orleans.Cache.Contracts.Nodes;

namespace Orleans.Cache.Contracts.Tests.Wire;

/// <summary>The bytes of data connections: see docs/formats/data-connection.md.</summary>
public sealed class DataConnectionFormatTests
{
    private const int Seed = 20_261_122;

    private const string Key = "000102030405060708090A0B0C0D0E0F";
    private const string GoldenGreeting = "4F434443 01 00 0000" + Key;
    private const string GoldenAnswer = "4F434443 01 03 0000";
    private const string GoldenRequest = "21000000 07000000 8877665544332211 0700 000000000000" + "64656661756C74" + "AABB";
    private const string GoldenReply = "22000000 07000000 00 00000000000000 8877665544332211 0100000000000000" + "AABB";
    private const string GoldenError = "24000000 08000000 03 00000000000000 0200000000000000 0000000000000000" + "62616421";

    [Fact]
    public void Greeting_HasTheGoldenBytes()
    {
        var bytes = new byte[DataConnectionFormat.GreetingBytes];
        DataConnectionFormat.WriteGreeting(bytes, Convert.FromHexString(Key));

        Assert.Equal(Hex(GoldenGreeting), Convert.ToHexString(bytes));
        Assert.Equal(Key, Convert.ToHexString(DataConnectionFormat.ReadGreeting(bytes, out var version)));
        Assert.Equal(1, version);
    }

    [Fact]
    public void Answer_HasTheGoldenBytes()
    {
        var bytes = new byte[DataConnectionFormat.AnswerBytes];
        DataConnectionFormat.WriteAnswer(bytes, GreetingAnswer.TooMany);

        Assert.Equal(Hex(GoldenAnswer), Convert.ToHexString(bytes));
        Assert.Equal(GreetingAnswer.TooMany, DataConnectionFormat.ReadAnswer(bytes));
    }

    [Fact]
    public void Greeting_OfSomethingElse_IsRefused()
    {
        var bytes = "GET / HTTP/1.1\r\nHost: silo"u8.ToArray();

        Assert.Throws<InvalidDataException>(() => DataConnectionFormat.ReadGreeting(bytes, out _).Length);
        Assert.Throws<InvalidDataException>(() => DataConnectionFormat.ReadAnswer(bytes));
    }

    [Fact]
    public void Request_HasTheGoldenBytes()
    {
        using var operations = BytesOf([0xAA, 0xBB]);
        var to = new ArrayBufferWriter<byte>();
        DataConnectionFormat.WriteRequestHead(to, 7, new BatchRequest(default!, 0, "default", operations, 0x1122334455667788));
        to.Write(operations.Span);

        Assert.Equal(Hex(GoldenRequest), Convert.ToHexString(to.WrittenSpan));
        var name = DataConnectionFormat.ReadRequest(to.WrittenSpan, out var id, out var sentAfter, out var read);
        Assert.Equal("default"u8, name);
        Assert.Equal((7, 0x1122334455667788), (id, sentAfter));
        Assert.Equal([0xAA, 0xBB], read.ToArray());
    }

    [Fact]
    public void Reply_HasTheGoldenBytes()
    {
        using var results = BytesOf([0xAA, 0xBB]);
        var to = new ArrayBufferWriter<byte>();
        DataConnectionFormat.WriteReplyHead(to, 7, new BatchReply(BatchOutcome.Executed, 0x1122334455667788, results, null, 1));
        to.Write(results.Span);

        Assert.Equal(Hex(GoldenReply), Convert.ToHexString(to.WrittenSpan));
        var read = DataConnectionFormat.ReadReply(to.WrittenSpan, out var id);
        using var readResults = read.Results;
        Assert.Equal((7, BatchOutcome.Executed, 0x1122334455667788, 1), (id, read.Outcome, read.MapVersion, read.Clock));
        Assert.Equal([0xAA, 0xBB], readResults!.Span.ToArray());
    }

    [Fact]
    public void Reply_OfAnError_HasTheGoldenBytes()
    {
        var to = new ArrayBufferWriter<byte>();
        DataConnectionFormat.WriteReplyHead(to, 8, new BatchReply(BatchOutcome.Malformed, 2, null, "bad!"));

        Assert.Equal(Hex(GoldenError), Convert.ToHexString(to.WrittenSpan));
        Assert.Equal(new BatchReply(BatchOutcome.Malformed, 2, null, "bad!"), DataConnectionFormat.ReadReply(to.WrittenSpan, out _));
    }

    [Fact]
    public void Request_WhoseNameDoesNotEnd_IsRefused()
    {
        var frame = Convert.FromHexString(Hex(GoldenRequest));
        frame[16] = 10;

        var error = Assert.Throws<InvalidDataException>(() => DataConnectionFormat.ReadRequest(frame, out _, out _, out _).Length);
        Assert.Contains("claims a cache's name of 10", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(23)]
    [InlineData(DataConnectionFormat.MaxFrameBytes + 1)]
    public void Frame_OfALengthThatNoneHas_IsRefused(int length)
    {
        using var buffer = new FrameBuffer(DataConnectionFormat.RequestHeadBytes);
        BinaryPrimitives.WriteInt32LittleEndian(buffer.Room(), length);
        buffer.Advance(sizeof(int));

        Assert.Throws<InvalidDataException>(() => buffer.TryTake(out _));
    }

    /// <summary>Frames of all sizes, received in pieces of all sizes: each comes out as it was sent, and none is left.</summary>
    [Fact]
    public void Frames_ReceivedInPieces_AreThoseThatWereSent()
    {
        var random = new Random(Seed);
        using var buffer = new FrameBuffer(sizeof(int));
        for (var round = 0; round < 200; round++)
        {
            byte[][] frames = [.. Enumerable.Range(0, random.Next(1, 20)).Select(_ => MakeFrame(random))];
            ReadOnlySpan<byte> sent = [.. frames.SelectMany(static frame => frame)];
            var taken = 0;
            while (!sent.IsEmpty)
            {
                var room = buffer.Room();
                Assert.False(room.IsEmpty);
                var piece = Math.Min(Math.Min(room.Length, sent.Length), random.Next(1, random.Next(2) == 0 ? 10 : 100_000));
                sent[..piece].CopyTo(room);
                buffer.Advance(piece);
                sent = sent[piece..];
                while (buffer.TryTake(out var frame))
                {
                    Assert.True(frame.SequenceEqual(frames[taken++]), $"seed {Seed}, round {round}");
                }
            }

            Assert.Equal(frames.Length, taken);
        }
    }

    private static byte[] MakeFrame(Random random)
    {
        var frame = new byte[sizeof(int) + random.Next(random.Next(10) == 0 ? 500_000 : 100)];
        random.NextBytes(frame);
        BinaryPrimitives.WriteInt32LittleEndian(frame, frame.Length);
        return frame;
    }

    private static BatchBytes BytesOf(byte[] bytes)
    {
        var rented = BatchBytes.Rent(bytes.Length);
        bytes.CopyTo(rented.Span);
        return rented;
    }

    private static string Hex(string text) => string.Concat(text.Where(static letter => !char.IsWhiteSpace(letter)));
}
