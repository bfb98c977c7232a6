using Orleans.Cache.Contracts.Events;
using Orleans.Cache.Engine.Events;

namespace Orleans.Cache.Contracts.Tests.Wire;

/// <summary>The bytes of events: see docs/formats/events.md.</summary>
public sealed class EventFormatTests
{
    private const string Golden = "01" + "0302" + "0300" + "0807060504030201" + "6B6579";

    [Fact]
    public void Record_HasTheGoldenBytes()
    {
        var bytes = new byte[EventRecord.HeadBytes + 3];
        EventRecord.Write(bytes, CacheEventKind.Set, 0x0203, "key"u8, 0x0102030405060708);
        Assert.Equal(Golden, Convert.ToHexString(bytes));
    }

    [Fact]
    public void Record_IsReadAsItWasWritten()
    {
        var bytes = Convert.FromHexString(Golden + Golden);
        Assert.True(EventRecord.TryRead(bytes, out var record));
        Assert.Equal(CacheEventKind.Set, record.Kind);
        Assert.Equal(0x0203, record.Cache);
        Assert.Equal(0x0102030405060708, record.Version);
        Assert.Equal("key"u8, record.Subject);
        Assert.Equal(bytes.Length / 2, record.Size);
        Assert.False(EventRecord.TryRead(bytes.AsSpan(0, record.Size - 1), out _));
        Assert.False(EventRecord.TryRead(bytes.AsSpan(0, EventRecord.HeadBytes - 1), out _));
    }

    [Fact]
    public void Numbers_OfKindsAndMarks_AreTheSameInAllVersions()
    {
        Assert.Equal(
            [CacheEventKind.Missed, CacheEventKind.Set, CacheEventKind.Removed, CacheEventKind.Expired, CacheEventKind.Evicted, CacheEventKind.TagsRemoved, CacheEventKind.Cleared],
            Enumerable.Range(0, Enum.GetValues<CacheEventKind>().Length).Select(static number => (CacheEventKind)number));
        Assert.Equal([EventsMark.None, EventsMark.Last, EventsMark.Moved], Enumerable.Range(0, Enum.GetValues<EventsMark>().Length).Select(static number => (EventsMark)number));
        Assert.Equal("orleans-cache-events", EventStreamReply.Namespace);
    }
}
