using Orleans.Cache.Engine.Events;

namespace Orleans.Cache.Grains.Events;

/// <summary>Cuts what was taken from the buffer into messages.</summary>
internal static class EventPages
{
    private const int MostEvents = 4096;
    private const int MostBytes = 128 << 10;

    /// <summary>Copies the records at the front of bytes that go into one message, at least one.</summary>
    /// <remarks>
    /// A removal by tags comes as a write to every partition: within a message the same removal is told once.
    /// </remarks>
    /// <param name="bytes">Records; shortened by those that were taken.</param>
    /// <param name="count">How many events the message has.</param>
    /// <param name="taken">How many records were taken.</param>
    public static byte[] Next(ref ReadOnlyMemory<byte> bytes, out int count, out int taken)
    {
        var span = bytes.Span;
        Span<byte> page = GC.AllocateUninitializedArray<byte>(Math.Min(span.Length, MostBytes + EventRecord.HeadBytes + ushort.MaxValue));
        HashSet<(int Cache, string Tags)>? removals = null;
        var (read, written) = (0, 0);
        (count, taken) = (0, 0);
        while (taken < MostEvents && written < MostBytes && EventRecord.TryRead(span[read..], out var record))
        {
            var isRepeated = record.Kind is CacheEventKind.TagsRemoved or CacheEventKind.Cleared
                && !(removals ??= []).Add((record.Cache, Convert.ToHexString(record.Subject)));
            if (!isRepeated)
            {
                span.Slice(read, record.Size).CopyTo(page[written..]);
                written += record.Size;
                count++;
            }

            taken++;
            read += record.Size;
        }

        bytes = bytes[read..];
        return page[..written].ToArray();
    }
}
