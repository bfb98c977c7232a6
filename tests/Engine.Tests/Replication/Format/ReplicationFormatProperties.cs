using System.Buffers;
using FsCheck;
using FsCheck.Fluent;
using Orleans.Cache.Engine.Replication;
using Orleans.Cache.Engine.Replication.Format;
using Orleans.Cache.Engine.Replication.Messages;

namespace Orleans.Cache.Engine.Tests.Replication.Format;

public sealed class ReplicationFormatProperties
{
    private const int Seed = 20_261_121;
    private const int DamagedPackets = 30_000;
    private const int SampleSize = 10;
    private const int Samples = 200;

    /// <summary>Objects are larger than their bytes, and a list doubles; but what a packet claims must not count.</summary>
    private const int BytesForEachByte = 64;

    private const int BytesInAnyCase = 8192;

    [Fact]
    public void Messages_Any_AreReadAsTheyWereWritten() => PropertyCheck.Holds(
        Prop.ForAll(
            PacketsOf(MessageCases.Messages),
            static packet => IsSame(packet, Write(packet, PacketKind.Messages, WriteMessage), ReadMessages)),
        cases: 500);

    [Fact]
    public void Requests_Any_AreReadAsTheyWereWritten() => PropertyCheck.Holds(Prop.ForAll(
        PacketsOf(MessageCases.Requests),
        static packet => IsSame(packet, Write(packet, PacketKind.Requests, ReplicationFormat.Write), ReplicationFormat.ReadRequests)));

    [Fact]
    public void Replies_Any_AreReadAsTheyWereWritten() => PropertyCheck.Holds(Prop.ForAll(
        PacketsOf(MessageCases.Replies),
        static packet => IsSame(packet, Write(packet, PacketKind.Replies, ReplicationFormat.Write), ReplicationFormat.ReadReplies)));

    [Fact]
    public void Configurations_Any_AreReadOneBehindTheOther() => PropertyCheck.Holds(Prop.ForAll(
        MessageCases.Configurations.ArrayOf().ToArbitrary(),
        static configurations =>
        {
            var bytes = new ArrayBufferWriter<byte>();
            foreach (var configuration in configurations)
            {
                ReplicationFormat.Write(bytes, configuration);
            }

            var left = bytes.WrittenSpan;
            foreach (var configuration in configurations)
            {
                if (!ReplicationFormat.ReadConfiguration(ref left).Equals(configuration))
                {
                    return false;
                }
            }

            return left.IsEmpty;
        }));

    [Fact]
    public void Sizes_Any_AreEnough() => PropertyCheck.Holds(Prop.ForAll(
        PacketsOf(MessageCases.Messages),
        static packet => Write(packet, PacketKind.Messages, WriteMessage).Length
            <= ReplicationFormat.HeaderBytes + packet.Sum(static item => WireSizes.MostOf(item.Message))));

    [Fact]
    public void Damage_ToMessages_IsFoundOrHarmless() => Damage(
        PacketKind.Messages, MessageCases.Messages, WriteMessage, static bytes => ReadMessages(bytes));

    [Fact]
    public void Damage_ToRequests_IsFoundOrHarmless() => Damage(
        PacketKind.Requests, MessageCases.Requests, ReplicationFormat.Write, static bytes => ReplicationFormat.ReadRequests(bytes));

    [Fact]
    public void Damage_ToReplies_IsFoundOrHarmless() => Damage(
        PacketKind.Replies, MessageCases.Replies, ReplicationFormat.Write, static bytes => ReplicationFormat.ReadReplies(bytes));

    [Fact]
    public void Packet_ClaimingMoreThanItHas_SaysWhere()
    {
        var bytes = new ArrayBufferWriter<byte>();
        ReplicationFormat.Begin(bytes, PacketKind.Messages);
        bytes.Write((ReadOnlySpan<byte>)[4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F]);

        var error = Assert.Throws<InvalidDataException>(() => ReadMessages(bytes.WrittenSpan));

        Assert.Equal("Byte 18 of 18: the number of copies in sync is 4294967295, and 0 bytes are left.", error.Message);
    }

    [Theory]
    [InlineData(new byte[] { }, "Byte 0 of 0: the version is missing: the bytes end.")]
    [InlineData(new byte[] { 5 }, "Byte 1 of 1: the kind of packet is missing: the bytes end.")]
    [InlineData(new byte[] { 9, 1 }, "Byte 1 of 2: the version is 9, this silo knows 5 only.")]
    [InlineData(new byte[] { 5, 2 }, "Byte 2 of 2: the kind of packet is 2, expected is 1.")]
    public void Header_OfAnotherKind_IsRefused(byte[] packet, string message) =>
        Assert.Equal(message, Assert.Throws<InvalidDataException>(() => ReadMessages(packet)).Message);

    [Fact]
    public void Age_OfAChange_CountsUntilThePacketLeavesAndFromWhenItHasCome()
    {
        var sent = new WireMoment(5_000_000_000, TicksPerSecond: 1_000_000_000);
        var bytes = new ArrayBufferWriter<byte>();
        ReplicationFormat.Begin(bytes, PacketKind.Messages);
        ReplicationFormat.Write(bytes, 1, AppendWrittenAt(sent.Now - 250_999_999), sent);

        // Another clock, with other ticks.
        var arrival = new WireMoment(77_000, TicksPerSecond: 10_000);
        var message = ReplicationFormat.ReadMessages(bytes.WrittenSpan, arrival)[0].Message;

        Assert.Equal(77_000 - 2_500, ((Append)message).Records[0].WrittenAt);
    }

    [Fact]
    public void Age_ThatNoChangeCanHave_IsRefused()
    {
        var bytes = new ArrayBufferWriter<byte>();
        ReplicationFormat.Begin(bytes, PacketKind.Messages);
        ReplicationFormat.Write(bytes, 1, AppendWrittenAt(0), new WireMoment(long.MaxValue, TicksPerSecond: 1000));
        var packet = bytes.WrittenSpan.ToArray();
        Assert.Equal(-(long)WireMoment.MostAge, ((Append)ReplicationFormat.ReadMessages(packet, new WireMoment(0, 1000))[0].Message).Records[0].WrittenAt);

        // One bit more in the last of its six bytes.
        var last = packet.AsSpan().IndexOf((ReadOnlySpan<byte>)[0x80, 0x80, 0x80, 0x80, 0x80, 0x20]) + 5;
        packet[last] = 0x21;

        Assert.Contains("more than 40 bits", Assert.Throws<InvalidDataException>(() => ReadMessages(packet)).Message, StringComparison.Ordinal);
    }

    private static Append AppendWrittenAt(long writtenAt) => new()
    {
        From = new CopyId(1, 1),
        To = new CopyId(2, 1),
        Epoch = 3,
        Configuration = Configuration.None,
        Previous = new LogPosition(3, 7),
        Records = [new LogRecord { Position = new LogPosition(3, 8), WrittenAt = writtenAt }],
        Commit = 7,
        SentAt = 1,
        Echo = FollowerTime.None,
    };

    private delegate void Writing<in T>(IBufferWriter<byte> to, int partition, T message);

    private delegate List<(int Partition, T Message)> Reading<T>(ReadOnlySpan<byte> bytes);

    private static void WriteMessage(IBufferWriter<byte> to, int partition, PeerMessage message) => ReplicationFormat.Write(to, partition, message, MessageCases.Moment);

    private static List<(int Partition, PeerMessage Message)> ReadMessages(ReadOnlySpan<byte> bytes) => ReplicationFormat.ReadMessages(bytes, MessageCases.Moment);

    private static Arbitrary<(int Partition, T Message)[]> PacketsOf<T>(Gen<T> messages) => (
        from partition in MessageCases.Partitions
        from message in messages
        select (partition, message)).ArrayOf().ToArbitrary();

    private static byte[] Write<T>((int Partition, T Message)[] packet, PacketKind kind, Writing<T> write)
    {
        var bytes = new ArrayBufferWriter<byte>();
        ReplicationFormat.Begin(bytes, kind);
        foreach (var (partition, message) in packet)
        {
            write(bytes, partition, message);
        }

        return bytes.WrittenSpan.ToArray();
    }

    private static bool IsSame<T>((int Partition, T Message)[] packet, byte[] written, Reading<T> read)
    {
        var messages = read(written);

        // Nothing that was read may lie in the packet's bytes.
        Array.Fill(written, (byte)0xEE);
        return messages.Select(static item => (item.Partition, MessageText.Of(item.Message)))
            .SequenceEqual(packet.Select(static item => (item.Partition, MessageText.Of(item.Message))));
    }

    private static void Damage<T>(PacketKind kind, Gen<T> messages, Writing<T> write, Action<byte[]> read)
    {
        var good = Gen.Sample(PacketsOf(messages).Generator, SampleSize, new Rnd(Seed), Samples).Select(packet => Write(packet, kind, write)).ToArray();
        var random = new Random(Seed);
        for (var number = 0; number < DamagedPackets; number++)
        {
            var damaged = number % 4 == 0 ? Noise(random, kind) : DamageOne(random, good[random.Next(good.Length)]);
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                read(damaged);
            }
            catch (InvalidDataException exception)
            {
                Assert.StartsWith("Byte ", exception.Message, StringComparison.Ordinal);
            }
            catch (Exception exception)
            {
                Assert.Fail($"Packet {number} of seed {Seed}, {Convert.ToHexString(damaged)}: {exception}");
            }

            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(
                allocated <= BytesInAnyCase + ((long)BytesForEachByte * damaged.Length),
                $"Packet {number} of seed {Seed}, {Convert.ToHexString(damaged)}, made {allocated} bytes of memory");
        }
    }

    private static byte[] DamageOne(Random random, byte[] good)
    {
        var damaged = good.AsSpan(0, random.Next(4) == 0 ? random.Next(good.Length + 1) : good.Length).ToArray();
        for (var changes = random.Next(damaged.Length == 0 ? 1 : 8); changes > 0; changes--)
        {
            ref var changed = ref damaged[random.Next(damaged.Length)];
            changed = random.Next(3) == 0 ? (byte)0xFF : (byte)(changed ^ (1 << random.Next(8)));
        }

        return damaged;
    }

    private static byte[] Noise(Random random, PacketKind kind)
    {
        var noise = new byte[random.Next(300)];
        random.NextBytes(noise);
        return random.Next(10) == 0 ? noise : [ReplicationFormat.Version, (byte)kind, (byte)random.Next(7), .. noise];
    }
}
