using Orleans.Cache.Engine.Events;
using Orleans.Cache.Grains.Events;

namespace Orleans.Cache.Cluster.Tests.Events;

/// <summary>How events become messages.</summary>
public sealed class EventPagesTests
{
    [Fact]
    public void ManyEvents_BecomeSeveralMessages_InTheirOrder()
    {
        var buffer = new EventBuffer(1 << 20);
        for (var number = 0; number < 10_000; number++)
        {
            buffer.Add(CacheEventKind.Set, 0, "key"u8, number);
        }

        var left = buffer.Take().Bytes;
        long next = 0;
        var messages = 0;
        while (!left.IsEmpty)
        {
            ReadOnlySpan<byte> page = EventPages.Next(ref left, out var count, out var taken);
            Assert.Equal(count, taken);
            Assert.InRange(count, 1, 4096);
            for (; EventRecord.TryRead(page, out var record); count--)
            {
                Assert.Equal(next++, record.Version);
                page = page[record.Size..];
            }

            Assert.Equal(0, count);
            messages++;
        }

        Assert.Equal(10_000, next);
        Assert.Equal(3, messages);
    }

    [Fact]
    public void LargeKeys_AreCutByBytes()
    {
        var buffer = new EventBuffer(1 << 20);
        for (var number = 0; number < 12; number++)
        {
            buffer.Add(CacheEventKind.Set, 0, new byte[60_000], number);
        }

        var left = buffer.Take().Bytes;
        EventPages.Next(ref left, out var count, out _);
        Assert.Equal(3, count);
        Assert.Equal(9 * (60_000 + EventRecord.HeadBytes), left.Length);
    }

    [Fact]
    public void RemovalByTags_OfManyPartitions_IsOneEvent()
    {
        var buffer = new EventBuffer(1 << 20);
        for (var partition = 0; partition < 100; partition++)
        {
            buffer.Add(CacheEventKind.TagsRemoved, 0, [1, 1, 2, 3, 4, 5, 6, 7, 8], 0);
            buffer.Add(CacheEventKind.TagsRemoved, 1, [1, 1, 2, 3, 4, 5, 6, 7, 8], 0);
            buffer.Add(CacheEventKind.Cleared, 1, [], 0);
        }

        var left = buffer.Take().Bytes;
        var page = EventPages.Next(ref left, out var count, out var taken);
        Assert.Equal((3, 300), (count, taken));
        Assert.Equal((3 * EventRecord.HeadBytes) + 18, page.Length);
        Assert.True(left.IsEmpty);
    }
}
