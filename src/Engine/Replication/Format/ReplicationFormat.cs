using System.Buffers;
using Orleans.Cache.Engine.Replication.Messages;

namespace Orleans.Cache.Engine.Replication.Format;

/// <summary>The bytes of what copies say to each other and to the authority: see docs/formats/replication.md. Pure.</summary>
internal static class ReplicationFormat
{
    /// <summary>Appends one message to those for one node.</summary>
    public static void Write(IBufferWriter<byte> to, int partition, PeerMessage message) => throw new NotImplementedException();

    /// <summary>Reads the messages that <see cref="Write(IBufferWriter{byte}, int, PeerMessage)"/> appended, one after the other. Changes are slices of the bytes given: the caller gives bytes that nobody else uses or changes afterwards.</summary>
    /// <exception cref="InvalidDataException">The bytes are no such messages; it says where and why.</exception>
    public static List<(int Partition, PeerMessage Message)> ReadMessages(ReadOnlyMemory<byte> bytes) => throw new NotImplementedException();

    public static void Write(IBufferWriter<byte> to, int partition, AuthorityRequest request) => throw new NotImplementedException();

    public static List<(int Partition, AuthorityRequest Request)> ReadRequests(ReadOnlyMemory<byte> bytes) => throw new NotImplementedException();

    public static void Write(IBufferWriter<byte> to, int partition, AuthorityReply reply) => throw new NotImplementedException();

    public static List<(int Partition, AuthorityReply Reply)> ReadReplies(ReadOnlyMemory<byte> bytes) => throw new NotImplementedException();

    public static void Write(IBufferWriter<byte> to, Configuration configuration) => throw new NotImplementedException();

    /// <summary>Reads a configuration and moves the bytes on behind it.</summary>
    public static Configuration ReadConfiguration(ref ReadOnlySpan<byte> bytes) => throw new NotImplementedException();
}
