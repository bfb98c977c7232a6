using System.Text;
using Orleans.Cache.Engine.Replication.Messages;

namespace Orleans.Cache.Engine.Replication.Format;

/// <summary>The bytes of a <see cref="RepairRequest"/> behind what all messages begin with: see docs/formats/replication.md.</summary>
internal static class RepairRequestFormat
{
    private const int NumberBytes = 10;

    public static long MostOf(RepairRequest request) => sizeof(long) + 1 + NumberBytes + Encoding.UTF8.GetMaxByteCount(request.Cache.Length);

    public static void Write(ref WireWriter writer, RepairRequest request)
    {
        var cache = Encoding.UTF8.GetBytes(request.Cache);
        writer.Fixed((long)request.Buckets);
        writer.Flag(request.IsEvicting);
        writer.Unsigned((ulong)cache.Length);
        writer.Bytes(cache);
    }

    public static RepairRequest Read(ref WireReader reader, CopyId from, CopyId to, long epoch)
    {
        var buckets = (ulong)reader.Fixed("buckets");
        var isEvicting = reader.Flag("mark of evictions");
        var length = reader.Count("length of the cache's name", leastBytes: 1);
        return new RepairRequest
        {
            From = from,
            To = to,
            Epoch = epoch,
            Buckets = buckets,
            IsEvicting = isEvicting,
            Cache = Encoding.UTF8.GetString(reader.Bytes("cache's name", length).Span),
        };
    }
}
