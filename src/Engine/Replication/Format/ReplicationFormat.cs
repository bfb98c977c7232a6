using System.Buffers;
using Orleans.Cache.Engine.Replication.Messages;

namespace Orleans.Cache.Engine.Replication.Format;

/// <summary>The bytes of what copies say to each other and to the authority: see docs/formats/replication.md. Pure.</summary>
/// <remarks>
/// A packet begins with <see cref="Begin"/>, and goes on with any number of messages of one kind. What is read shares no memory with the
/// bytes, so they may be a rented buffer, but where it says so.
/// </remarks>
internal static class ReplicationFormat
{
    /// <summary>The version of packets that this process writes, and the only one that it reads.</summary>
    public const byte Version = 5;

    /// <summary>Version and kind.</summary>
    public const int HeaderBytes = 2;

    /// <summary>Begins a packet. To be called before the first message, once.</summary>
    public static void Begin(IBufferWriter<byte> to, PacketKind kind)
    {
        var bytes = to.GetSpan(HeaderBytes);
        bytes[0] = Version;
        bytes[1] = (byte)kind;
        to.Advance(HeaderBytes);
    }

    /// <summary>Appends one message to those for one node.</summary>
    /// <param name="to">The packet.</param>
    /// <param name="partition">The partition.</param>
    /// <param name="message">The message.</param>
    /// <param name="moment">When the packet leaves, or a little before: what records tell of times is as old as that.</param>
    /// <exception cref="OverflowException">The message is larger than two gigabytes.</exception>
    public static void Write(IBufferWriter<byte> to, int partition, PeerMessage message, WireMoment moment)
    {
        var writer = new WireWriter(to.GetSpan(checked((int)WireSizes.MostOf(message))));
        writer.Byte((byte)KindOf(message));
        writer.Unsigned((uint)partition);
        writer.Copy(message.From);
        writer.Copy(message.To);
        writer.Signed(message.Epoch);
        switch (message)
        {
            case Append append:
                AppendFormat.Write(ref writer, append, moment);
                break;
            case AppendAck ack:
                WriteAck(ref writer, ack);
                break;
            case ChunkAck ack:
                writer.Signed(ack.Snapshot);
                writer.Signed(ack.Index);
                break;
            case ConfigurationNotice notice:
                WriteNotice(ref writer, notice, moment);
                break;
            case SnapshotChunk chunk:
                SnapshotChunkFormat.Write(ref writer, chunk, moment);
                break;
            case RepairRequest request:
                RepairRequestFormat.Write(ref writer, request);
                break;
        }

        to.Advance(writer.Length);
    }

    /// <summary>Reads a packet of messages.</summary>
    /// <param name="bytes">The packet.</param>
    /// <param name="arrival">When it had come.</param>
    /// <exception cref="InvalidDataException">The bytes are no such packet; it says where and why.</exception>
    public static List<(int Partition, PeerMessage Message)> ReadMessages(ReadOnlySpan<byte> bytes, WireMoment arrival)
    {
        var messages = new List<(int, PeerMessage)>();
        ReadMessages(BeginReading(bytes, PacketKind.Messages), fragments: null, messages, arrival);
        return messages;
    }

    /// <summary>
    /// Reads a packet of messages without copying them: what they carry is valid as long as the bytes are.
    /// </summary>
    /// <param name="bytes">The packet.</param>
    /// <param name="fragments">Puts together what the same sender sends in pieces; none where there may be no pieces.</param>
    /// <param name="messages">Receives the messages. A large one is among them when its last piece is there.</param>
    /// <param name="arrival">When the packet had come.</param>
    /// <exception cref="InvalidDataException">The bytes are no such packet; it says where and why.</exception>
    public static void ViewMessages(ReadOnlyMemory<byte> bytes, FragmentAssembler? fragments, List<(int Partition, PeerMessage Message)> messages, WireMoment arrival) =>
        ReadMessages(BeginReading(bytes.Span, PacketKind.Messages, bytes), fragments, messages, arrival);

    /// <summary>Appends one request to those of one silo.</summary>
    public static void Write(IBufferWriter<byte> to, int partition, AuthorityRequest request)
    {
        var writer = new WireWriter(to.GetSpan(WireSizes.MostOf(request)));
        writer.Unsigned((uint)partition);
        writer.Copy(request.From);
        writer.Fixed(request.SentAt);
        writer.Flag(request.Proposal is not null);
        if (request.Proposal is { } proposal)
        {
            writer.Configuration(proposal);
        }

        to.Advance(writer.Length);
    }

    /// <summary>Reads a packet of requests.</summary>
    /// <exception cref="InvalidDataException">The bytes are no such packet; it says where and why.</exception>
    public static List<(int Partition, AuthorityRequest Request)> ReadRequests(ReadOnlySpan<byte> bytes)
    {
        var reader = BeginReading(bytes, PacketKind.Requests);
        var requests = new List<(int, AuthorityRequest)>();
        while (reader.Left > 0)
        {
            var partition = reader.Partition();
            var from = reader.Copy("sender");
            var sentAt = reader.Fixed("time of sending");
            var proposal = reader.Flag("mark of a proposal") ? reader.Configuration() : null;
            requests.Add((partition, new AuthorityRequest { From = from, SentAt = sentAt, Proposal = proposal }));
        }

        return requests;
    }

    /// <summary>Appends one reply to those for one silo.</summary>
    public static void Write(IBufferWriter<byte> to, int partition, AuthorityReply reply)
    {
        var writer = new WireWriter(to.GetSpan(WireSizes.MostOf(reply)));
        writer.Unsigned((uint)partition);
        writer.Copy(reply.To);
        writer.Fixed(reply.SentAt);
        writer.Configuration(reply.Recorded);
        to.Advance(writer.Length);
    }

    /// <summary>Reads a packet of replies.</summary>
    /// <exception cref="InvalidDataException">The bytes are no such packet; it says where and why.</exception>
    public static List<(int Partition, AuthorityReply Reply)> ReadReplies(ReadOnlySpan<byte> bytes)
    {
        var reader = BeginReading(bytes, PacketKind.Replies);
        var replies = new List<(int, AuthorityReply)>();
        while (reader.Left > 0)
        {
            var partition = reader.Partition();
            var to = reader.Copy("receiver");
            var sentAt = reader.Fixed("time of sending");
            replies.Add((partition, new AuthorityReply { To = to, SentAt = sentAt, Recorded = reader.Configuration() }));
        }

        return replies;
    }

    /// <summary>Appends a configuration, for a record that has a version of its own.</summary>
    public static void Write(IBufferWriter<byte> to, Configuration configuration)
    {
        var writer = new WireWriter(to.GetSpan(WireSizes.MostOf(configuration)));
        writer.Configuration(configuration);
        to.Advance(writer.Length);
    }

    /// <summary>Reads a configuration and moves the bytes on behind it.</summary>
    /// <exception cref="InvalidDataException">The bytes are no configuration; it says where and why.</exception>
    public static Configuration ReadConfiguration(ref ReadOnlySpan<byte> bytes)
    {
        var reader = new WireReader(bytes);
        var configuration = reader.Configuration();
        bytes = bytes[reader.Position..];
        return configuration;
    }

    private static void ReadMessages(WireReader reader, FragmentAssembler? fragments, List<(int Partition, PeerMessage Message)> messages, WireMoment arrival)
    {
        while (reader.Left > 0)
        {
            var kind = (MessageKind)reader.Byte("kind of message");
            if (kind != MessageKind.Fragment || fragments is null)
            {
                messages.Add((reader.Partition(), ReadMessage(ref reader, kind, arrival)));
            }
            else if (FragmentFormat.Read(ref reader, fragments, arrival.Now) is { IsEmpty: false } whole)
            {
                // It was written when its first piece left.
                ReadMessages(new WireReader(whole.Span, whole), fragments: null, messages, arrival with { Now = fragments.BeganAt });
            }
        }
    }

    private static WireReader BeginReading(ReadOnlySpan<byte> bytes, PacketKind expected, ReadOnlyMemory<byte> memory = default)
    {
        var reader = new WireReader(bytes, memory);
        if (reader.Byte("version") is var version && version != Version)
        {
            reader.Fail("version", $"is {version}, this silo knows {Version} only");
        }

        if (reader.Byte("kind of packet") is var kind && kind != (byte)expected)
        {
            reader.Fail("kind of packet", $"is {kind}, expected is {(byte)expected}");
        }

        return reader;
    }

    private static MessageKind KindOf(PeerMessage message) => message switch
    {
        Append => MessageKind.Append,
        AppendAck => MessageKind.AppendAck,
        ChunkAck => MessageKind.ChunkAck,
        ConfigurationNotice => MessageKind.ConfigurationNotice,
        SnapshotChunk => MessageKind.SnapshotChunk,
        RepairRequest => MessageKind.RepairRequest,
        _ => throw new ArgumentException($"{message.GetType()} has no bytes", nameof(message)),
    };

    private static PeerMessage ReadMessage(ref WireReader reader, MessageKind kind, WireMoment arrival)
    {
        var from = reader.Copy("sender");
        var to = reader.Copy("receiver");
        var epoch = reader.Signed("epoch");
        switch (kind)
        {
            case MessageKind.Append:
                return AppendFormat.Read(ref reader, from, to, epoch, arrival);
            case MessageKind.AppendAck:
                return ReadAck(ref reader, from, to, epoch);
            case MessageKind.ChunkAck:
                return new ChunkAck { From = from, To = to, Epoch = epoch, Snapshot = reader.Signed("snapshot's number"), Index = reader.SignedInt("chunk's number") };
            case MessageKind.ConfigurationNotice:
                return ReadNotice(ref reader, from, to, epoch, arrival);
            case MessageKind.SnapshotChunk:
                return SnapshotChunkFormat.Read(ref reader, from, to, epoch, arrival);
            case MessageKind.RepairRequest:
                return RepairRequestFormat.Read(ref reader, from, to, epoch);
            default:
                reader.Fail("kind of message", $"was {(byte)kind}, which is none");
                return null;
        }
    }

    private static void WriteAck(ref WireWriter writer, AppendAck ack)
    {
        writer.Byte((byte)ack.Answer);
        writer.Signed(ack.Matched);
        writer.Signed(ack.Snapshot);
        writer.Signed(ack.Previous);
        writer.Fixed(ack.SentAt);
        writer.Time(ack.FollowerTime);
    }

    private static void WriteNotice(ref WireWriter writer, ConfigurationNotice notice, WireMoment moment)
    {
        writer.Configuration(notice.Configuration);
        writer.Flag(notice.Handover is not null);
        if (notice.Handover is { } handover)
        {
            writer.Time(handover.CountsFrom);
            writer.Unsigned(moment.AgeOf(handover.PausedSince));
        }
    }

    private static ConfigurationNotice ReadNotice(ref WireReader reader, CopyId from, CopyId to, long epoch, WireMoment moment)
    {
        var configuration = reader.Configuration();
        HandoverTimes? handover = reader.Flag("mark of a handover") ? new HandoverTimes(reader.Time("begin of tenure and lease"), reader.Age("pause's age", moment)) : null;
        return new ConfigurationNotice { From = from, To = to, Epoch = epoch, Configuration = configuration, Handover = handover };
    }

    private static AppendAck ReadAck(ref WireReader reader, CopyId from, CopyId to, long epoch)
    {
        var answer = (AppendAnswer)reader.Byte("answer");
        if (answer is not (AppendAnswer.Accepted or AppendAnswer.Mismatch or AppendAnswer.NeedsSnapshot))
        {
            reader.Fail("answer", $"is {(byte)answer}, which is none");
        }

        return new AppendAck
        {
            From = from,
            To = to,
            Epoch = epoch,
            Answer = answer,
            Matched = reader.Signed("matched number"),
            Snapshot = reader.Signed("snapshot's number"),
            Previous = reader.Signed("number before"),
            SentAt = reader.Fixed("time of sending"),
            FollowerTime = reader.Time("follower's time"),
        };
    }
}
