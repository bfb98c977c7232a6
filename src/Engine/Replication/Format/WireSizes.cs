using Orleans.Cache.Engine.Replication.Messages;

namespace Orleans.Cache.Engine.Replication.Format;

/// <summary>How many bytes messages take at most: enough to reserve room for them, and to count what waits.</summary>
internal static class WireSizes
{
    private const int Number = 10;
    private const int Copy = Number + 5;
    private const int Position = 2 * Number;

    /// <summary>Kind, partition, sender, receiver and epoch, and whatever numbers any message has besides.</summary>
    private const int Head = 176;

    private const int Record = Position + (2 * Number) + sizeof(long) + (2 * Number) + Number;
    private const int Operation = (2 * Number) + Position + Number;

    public static long MostOf(PeerMessage message) => Head + message switch
    {
        Append append => MostOf(append.Configuration) + MostOf(append.Records),
        SnapshotChunk chunk => MostOf(chunk),
        RepairRequest request => RepairRequestFormat.MostOf(request),
        ConfigurationNotice notice => MostOf(notice.Configuration),
        _ => 0,
    };

    public static long MostOf(in LogRecord record) => Record + record.Change.Length + record.Result.Length;

    public static int MostOf(AuthorityRequest request) => Head + (request.Proposal is { } proposal ? MostOf(proposal) : 0);

    public static int MostOf(AuthorityReply reply) => Head + MostOf(reply.Recorded);

    public static int MostOf(Configuration configuration) => (5 * Number) + Copy + (configuration.InSync.Length * Copy);

    private static long MostOf(LogRecord[] records)
    {
        var bytes = 0L;
        foreach (ref readonly var record in records.AsSpan())
        {
            bytes += MostOf(record);
        }

        return bytes;
    }

    private static long MostOf(SnapshotChunk chunk)
    {
        var bytes = ((long)chunk.Changes.Length * Number) + ((long)chunk.Operations.Length * Operation);
        foreach (var change in chunk.Changes)
        {
            bytes += change.Length;
        }

        foreach (ref readonly var operation in chunk.Operations.AsSpan())
        {
            bytes += operation.Result.Length;
        }

        return bytes;
    }
}
