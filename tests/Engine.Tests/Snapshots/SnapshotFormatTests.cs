using System.Text;
using Orleans.Cache.Engine.Copies;
using Orleans.Cache.Engine.Replication;
using Orleans.Cache.Engine.Snapshots;

namespace Orleans.Cache.Engine.Tests.Snapshots;

/// <summary>The bytes of snapshot files, as docs/formats/snapshot.md tells them.</summary>
public sealed class SnapshotFormatTests
{
    private const string GoldenHeader =
        "4F43534E41505348 01000000 51000000" +
        "05000000 08000000 0300000000000000 0700000000000000 2A00000000000000 0068E5CF8B010000 0200 0000 00000000" +
        "0100 61 0100 62 0100 61";

    [Fact]
    public void Header_HasTheGoldenBytes()
    {
        var bytes = SnapshotFormat.WriteHeader(Header());

        var golden = GoldenHeader.Replace(" ", "", StringComparison.Ordinal);
        Assert.Equal(golden, Convert.ToHexString(bytes)[..^16]);
        var read = SnapshotFormat.ReadHeader(bytes);
        Assert.Equal(Header() with { Silos = [] }, read with { Silos = [] });
        Assert.Equal(["a", "b"], read.Silos);
    }

    [Fact]
    public void File_HasTheGoldenBytes()
    {
        var bytes = File([("k", "v")]);

        var block = Convert.ToHexString(bytes.AsSpan(SnapshotFormat.WriteHeader(Header()).Length));
        Assert.Equal(
            ("1B000000 01000000 D204000000000000 DC103EF6AC5903CD 17000000 0101000501000000 4D00000000000000 6361636865 6B 76" +
            "FFFFFFFF 00000000 0100000000000000 6300000000000000").Replace(" ", "", StringComparison.Ordinal),
            block[..^16]);
    }

    [Fact]
    public void File_IsReadAsItWasWritten()
    {
        (string, string)[] entries = [.. Enumerable.Range(0, 100).Select(static number => ($"key{number}", new string('v', number * 7)))];

        var (read, footer) = Read(File(entries));

        Assert.Equal(entries, read);
        Assert.Equal(new SnapshotFooter(100, 99), footer);
    }

    [Fact]
    public void File_TornAtAnyByte_IsRefused()
    {
        var bytes = File([("a", "1"), ("b", "2")]);

        for (var length = 0; length < bytes.Length; length++)
        {
            var torn = bytes[..length];
            Assert.Throws<SnapshotFileException>(() => Read(torn));
        }

        Assert.Throws<SnapshotFileException>(() => Read([.. bytes, 0]));
    }

    [Fact]
    public void File_WithAnyByteChanged_IsRefused()
    {
        var bytes = File([("a", "1"), ("b", "2")]);

        for (var index = 0; index < bytes.Length; index++)
        {
            foreach (var mask in new byte[] { 1, 0x80, 0xFF })
            {
                var damaged = bytes.ToArray();
                damaged[index] ^= mask;
                Assert.Throws<SnapshotFileException>(() => Read(damaged));
            }
        }
    }

    [Fact]
    public void RandomBytes_AreRefused_AndNothingElseHappens()
    {
        var random = new Random(7);
        var good = File([("a", "1"), ("b", "2")]);
        for (var round = 0; round < 1000; round++)
        {
            var bytes = good.ToArray();
            var at = random.Next(bytes.Length);
            random.NextBytes(bytes.AsSpan(at, random.Next(1, bytes.Length - at + 1)));
            if (!bytes.AsSpan().SequenceEqual(good))
            {
                Assert.Throws<SnapshotFileException>(() => Read(bytes));
            }
        }
    }

    [Fact]
    public void Points_OfALaterLifeAreHigher_ThenThoseThatHaveMore_ThenThoseWrittenLater()
    {
        SnapshotPoint[] rising =
        [
            new(1, new LogPosition(9, 9), 900),
            new(2, new LogPosition(1, 5), 950),
            new(2, new LogPosition(1, 6), 940),
            new(2, new LogPosition(2, 1), 100),
            new(2, new LogPosition(2, 1), 101),
        ];

        Assert.Equal(rising, rising.Reverse().Order());
    }

    private static SnapshotHeader Header() => new()
    {
        Partition = 5,
        PartitionCount = 8,
        Point = new SnapshotPoint(3, new LogPosition(7, 42), 1_700_000_000_000),
        Silo = "a",
        Silos = ["a", "b"],
    };

    private static byte[] File((string Key, string Value)[] entries)
    {
        using var stream = new MemoryStream();
        var writer = new SnapshotFileWriter(stream, Header());
        foreach (var (key, value) in entries)
        {
            var change = new EntryChange
            {
                Kind = ChangeKind.Entry,
                Cache = "cache"u8,
                Key = Encoding.UTF8.GetBytes(key),
                Value = Encoding.UTF8.GetBytes(value),
                Version = 77,
                TimeToLive = Batches.ShardOperation.Forever,
                Sliding = 0,
                SlidingLeft = 0,
            };
            var bytes = new byte[ChangeFormat.SizeOf(change)];
            ChangeFormat.Write(bytes, change);
            writer.Add(bytes);
            if (writer.BlockBytes > 500)
            {
                writer.EndBlock(1234);
            }
        }

        writer.EndBlock(1234);
        writer.End(99);
        return stream.ToArray();
    }

    private static (List<(string Key, string Value)> Entries, SnapshotFooter Footer) Read(byte[] bytes)
    {
        var reader = new SnapshotFileReader(new MemoryStream(bytes));
        var entries = new List<(string, string)>();
        while (reader.TryReadBlock(out var block, out var wallClock))
        {
            Assert.Equal(1234, wallClock);
            var rest = block.Span;
            while (SnapshotFileReader.TryTake(ref rest, out var bytesOfChange))
            {
                var change = ChangeFormat.Read(bytesOfChange);
                entries.Add((Encoding.UTF8.GetString(change.Key), Encoding.UTF8.GetString(change.Value)));
            }
        }

        return (entries, reader.Footer);
    }
}
