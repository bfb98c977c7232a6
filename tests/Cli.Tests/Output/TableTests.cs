using Orleans.Cache.Cli.Commands;
using Orleans.Cache.Cli.Output;
using Orleans.Cache.Cli.Output.Documents;
using Spectre.Console;

namespace Orleans.Cache.Cli.Tests.Output;

public sealed class TableTests
{
    [Fact]
    public void Ring_Redirected_IsATableAndAPictureWithoutColours()
    {
        var ring = new RingDocument(
            12,
            4,
            [
                new("silo-0", "S1", "localhost:30000", 1, "rack-1", 3, 0.75, 1234, 2048, 4096),
                new("[silo-1]", "S2", "localhost:30001", 0.5, "", 1, 0.25, null, null, null),
            ],
            [0, 0, 1, 0]);

        var text = Render(console => RingCommand.Print(console, ring));

        Assert.DoesNotContain('\u001b', text);
        Assert.Matches(@"\n  A  +silo-0 +rack-1 +1 +3 +75\.0 % +1,234 +2\.0 KiB +localhost:30000", text);
        Assert.Matches(@"\n  B  +\[silo-1\] +– +0\.5 +1 +25\.0 % +– +– +localhost:30001", text);
        Assert.Contains("4 partitions", text, StringComparison.Ordinal);
        Assert.Contains("map version 12", text, StringComparison.Ordinal);
        Assert.Contains("AAAAAAA", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Statistics_TwoSilos_EndWithTheTotal()
    {
        SiloStatistics[] counts =
        [
            new("silo-0", 1, [new() { Cache = "default", Hits = 1000, Misses = 500, Entries = 7, Bytes = 100 }]),
            new("silo-1", 1, [new() { Cache = "default", Hits = 500, Evictions = 3, Expirations = 2 }]),
        ];

        var text = Render(console => StatisticsCommand.Print(console, StatisticsDocument.Of("default", counts)));

        Assert.Matches(@"silo-0 +1,000 +500 +66\.7 % +0 +0 +7 +100 B", text);
        Assert.Matches(@"silo-1 +500 +0 +100\.0 % +3 +2 +0 +0 B", text);
        Assert.Matches(@"total +1,500 +500 +75\.0 % +3 +2 +7 +100 B", text);
    }

    [Fact]
    public void Moves_AreCountedAndListed()
    {
        SiloMoves[] silos =
        [
            new("silo-0", 340, 12, [.. Enumerable.Range(0, 60).Select(static partition => new PartitionMove(partition, "silo-0", "silo-1", partition == 3, partition < 16 ? PartitionMovePhase.Filling : PartitionMovePhase.Waiting, 100, 2048))], new(7, 70, 3, [TimeSpan.FromMilliseconds(1234)])),
            new("silo-1", 2, 0, [], new(0, 0, 0, [])),
        ];

        var text = Render(console => MovesCommand.Print(console, MovesDocument.Of(silos)));

        Assert.Matches(@"silo-0 +340 +12 +16 +44 +6,000 +120\.0 KiB +3 +1,234 ms", text);
        Assert.Matches(@"silo-1 +2 +0 +0 +0 +0 +0 B +0 +–", text);
        Assert.Matches(@"total +342 +12 +16 +44 +6,000 +120\.0 KiB +3 +1,234 ms", text);
        Assert.Matches(@"\n +3 +silo-0 +silo-1 +owner +filling +100 +2\.0 KiB", text);
        Assert.Matches(@"\n +17 +silo-0 +silo-1 +replica +waiting +100 +2\.0 KiB", text);
        Assert.Contains("and 10 more", text, StringComparison.Ordinal);

        var settled = Render(static console => MovesCommand.Print(console, MovesDocument.Of([new("silo-0", 1024, 0, [], new(0, 0, 0, []))])));
        Assert.DoesNotContain("phase", settled, StringComparison.Ordinal);
    }

    [Fact]
    public void HotKeys_AreListed_WithTheirCountsAndPins()
    {
        HotKeyStatus[] keys =
        [
            new("catalog", "front[page]", "silo-1", 2, 12345.6, 3.2, IsPinned: false),
            new("catalog", "new\nline", "silo-0", 2, 0, 0, IsPinned: true),
        ];

        var text = Render(console => HotCommand.Print(console, HotKeysDocument.Of(keys)));

        Assert.Matches(@"front\[page\] +catalog +silo-1 +12,346 +3 +2 +no", text);
        Assert.Matches(@"new\\nline +catalog +silo-0 +0 +0 +2 +yes", text);
        Assert.Contains("none", Render(static console => HotCommand.Print(console, HotKeysDocument.Of([]))), StringComparison.Ordinal);
    }

    [Fact]
    public void Snapshots_OfSilos_AreListed_AndTheirErrorsFollow()
    {
        var noon = new DateTimeOffset(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
        SiloStatistics[] silos =
        [
            new("silo-0", 1, [], new SnapshotStatistics(512, 2048, noon, noon.AddMinutes(1), "[no] space", 3, 1234, 2)),
            new("silo-1", 1, []),
        ];

        var text = Render(console => SnapshotsCommand.Print(console, SnapshotsDocument.Of(silos)));

        Assert.Matches(@"silo-0 +512 +2\.0 KiB +2026-01-01 12:00:00 +2026-01-01 12:01:00 +3 +1,234 +2", text);
        Assert.Matches(@"silo-1 +– +– +– +– +– +– +–", text);
        Assert.Contains("silo-0: [no] space\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Database_Silos_AreListedWithTheirStatus()
    {
        var noon = new DateTimeOffset(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
        var status = new DatabaseStatusDocument(1, "c", [new("[silo-0]", "Active", "10.0.0.1:11111", null, noon, noon.AddMinutes(1))]);

        var text = Render(console => DatabaseCommand.Print(console, status));

        Assert.StartsWith("schema   1\ncluster  c\n", text, StringComparison.Ordinal);
        Assert.Matches(@"\[silo-0\] +Active +10\.0\.0\.1:11111 +– +2026-01-01 12:01:00Z +2026-01-01 12:00:00Z", text);
    }

    private static string Render(Action<IAnsiConsole> print)
    {
        var output = new StringWriter { NewLine = "\n" };
        var terminal = new Terminal { Input = Stream.Null, OutputBytes = Stream.Null, Output = output, Error = TextWriter.Null };
        print(terminal.CreateOutputConsole());
        return output.ToString();
    }
}
