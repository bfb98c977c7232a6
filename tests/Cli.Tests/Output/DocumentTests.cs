using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Orleans.Cache.Cli.Commands;
using Orleans.Cache.Cli.Output.Documents;
using Orleans.Cache.Cli.Replay;

namespace Orleans.Cache.Cli.Tests.Output;

/// <summary>Scripts read these lines: a name that changes here breaks them.</summary>
public sealed class DocumentTests
{
    private static readonly CliJsonContext Json = CliJsonContext.Readable;
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Entry_Text_IsUtf8()
    {
        var entry = new CacheEntry { Found = true, Value = "héllo <b>"u8.ToArray(), Version = 9_007_199_254_740_993, TimeToLive = TimeSpan.FromMilliseconds(29_411.2) };

        AssertJson(
            """{"key":"k","found":true,"value":"héllo <b>","encoding":"utf-8","version":"9007199254740993","ttlMs":29412}""",
            EntryDocument.Of("k", entry),
            Json.EntryDocument);
    }

    [Fact]
    public void Entry_Bytes_AreBase64() => AssertJson(
        """{"key":"k","found":true,"value":"/wA=","encoding":"base64","version":"1","ttlMs":null}""",
        EntryDocument.Of("k", new CacheEntry { Found = true, Value = new byte[] { 0xFF, 0 }, Version = 1 }),
        Json.EntryDocument);

    [Fact]
    public void Entry_Empty_IsNotAMiss() => AssertJson(
        """{"entries":[{"key":"a","found":true,"value":"","encoding":"utf-8","version":"1","ttlMs":null},{"key":"b","found":false,"value":null,"encoding":null,"version":null,"ttlMs":null}]}""",
        new EntriesDocument([EntryDocument.Of("a", new CacheEntry { Found = true, Version = 1 }), EntryDocument.Of("b", default)]),
        Json.EntriesDocument);

    [Theory]
    [InlineData(CacheWriteOutcome.Stored, 7, """{"key":"k","stored":true,"outcome":"stored","version":"7"}""")]
    [InlineData(CacheWriteOutcome.KeyPresent, 7, """{"key":"k","stored":false,"outcome":"keyPresent","version":"7"}""")]
    [InlineData(CacheWriteOutcome.KeyAbsent, 0, """{"key":"k","stored":false,"outcome":"keyAbsent","version":null}""")]
    [InlineData(CacheWriteOutcome.VersionMismatch, 7, """{"key":"k","stored":false,"outcome":"versionMismatch","version":"7"}""")]
    public void Set_Outcome_IsNamed(CacheWriteOutcome outcome, long version, string expected) =>
        AssertJson(expected, SetDocument.Of("k", new CacheWriteResult(outcome, version)), Json.SetDocument);

    [Fact]
    public void SmallOnes_HaveTheirShapes()
    {
        AssertJson("""{"removed":2,"missing":1}""", new RemovedDocument(2, 1), Json.RemovedDocument);
        AssertJson("""{"key":"k","found":true,"ttlMs":30000}""", new TouchedDocument("k", true, 30_000), Json.TouchedDocument);
        AssertJson("""{"key":"k","value":-3}""", new NumberDocument("k", -3), Json.NumberDocument);
    }

    [Fact]
    public void Event_OfAnEntryOrOfMany_HasItsShape()
    {
        AssertJson(
            """{"kind":"set","key":"k","encoding":"utf-8","version":"7","silo":"a","missed":null}""",
            EventDocument.Of(new CacheEvent { Kind = CacheEventKind.Set, Key = "k", Version = 7, Silo = "a" }),
            Json.EventDocument);
        AssertJson(
            """{"kind":"removed","key":"/wA=","encoding":"base64","version":null,"silo":"a","missed":null}""",
            EventDocument.Of(new CacheEvent { Kind = CacheEventKind.Removed, Key = new byte[] { 0xFF, 0 }, Silo = "a" }),
            Json.EventDocument);
        AssertJson(
            """{"kind":"missed","key":null,"encoding":null,"version":null,"silo":null,"missed":12}""",
            EventDocument.Of(new CacheEvent { Kind = CacheEventKind.Missed, Missed = 12 }),
            Json.EventDocument);
        Assert.Equal(
            ["missed", "set", "removed", "expired", "evicted", "tags-removed", "cleared"],
            Enum.GetValues<CacheEventKind>().Select(EventDocument.NameOf));
    }

    [Fact]
    public void Event_AsALine_SaysWhatIsThere()
    {
        Assert.Equal("set k\\n 7", WatchCommand.LineOf(new CacheEvent { Kind = CacheEventKind.Set, Key = "k\n", Version = 7 }));
        Assert.Equal("removed k", WatchCommand.LineOf(new CacheEvent { Kind = CacheEventKind.Removed, Key = "k" }));
        Assert.Equal("cleared", WatchCommand.LineOf(new CacheEvent { Kind = CacheEventKind.Cleared }));
        Assert.Equal("missed 1,200", WatchCommand.LineOf(new CacheEvent { Kind = CacheEventKind.Missed, Missed = 1200 }));
        Assert.Equal("missed –", WatchCommand.LineOf(new CacheEvent { Kind = CacheEventKind.Missed }));
    }

    [Fact]
    public void Moves_OfAllSilos_AreInTheOrderOfTheirPartitions() => AssertJson(
        """{"lackingCopies":3,"silos":[{"silo":"a","owned":10,"lackingCopies":1,"moving":1,"waiting":1,"entries":12,"bytes":340,"arrivedEntries":5,"arrivedBytes":60,"takenOver":200,"pauseP99Milliseconds":99},{"silo":"b","owned":5,"lackingCopies":2,"moving":1,"waiting":0,"entries":0,"bytes":0,"arrivedEntries":0,"arrivedBytes":0,"takenOver":0,"pauseP99Milliseconds":null}],"moves":[{"partition":2,"from":"a","to":"c","as":"replica","phase":"waiting","entries":0,"bytes":0},{"partition":4,"from":"b","to":"c","as":"owner","phase":"handingOver","entries":0,"bytes":0},{"partition":7,"from":"a","to":"c","as":"owner","phase":"filling","entries":12,"bytes":340}]}""",
        MovesDocument.Of(
        [
            new("b", 5, 2, [new(4, "b", "c", true, PartitionMovePhase.HandingOver, 0, 0)], new(0, 0, 0, [])),
            new("a", 10, 1, [new(7, "a", "c", true, PartitionMovePhase.Filling, 12, 340), new(2, "a", "c", false, PartitionMovePhase.Waiting, 0, 0)], new(5, 60, 200, [.. Enumerable.Range(1, 100).Select(static pause => TimeSpan.FromMilliseconds(pause))])),
        ]),
        Json.MovesDocument);

    [Fact]
    public void HotKeys_AreInTheOrderTheyCame()
    {
        AssertJson(
            """{"keys":[{"key":"b","cache":"c","owner":"silo-1","readsPerSecond":1235,"writesPerSecond":0,"copies":2,"pinned":false},{"key":"a","cache":"c","owner":"silo-0","readsPerSecond":0,"writesPerSecond":1,"copies":2,"pinned":true}]}""",
            HotKeysDocument.Of([new("c", "b", "silo-1", 2, 1234.5678, 0.4, false), new("c", "a", "silo-0", 2, 0, 1, true)]),
            Json.HotKeysDocument);
        AssertJson("""{"key":"k","pinned":true}""", new PinnedDocument("k", true), Json.PinnedDocument);
    }

    [Fact]
    public void Database_Init_SaysWhatWasThere()
    {
        AssertJson("""{"schemaVersion":2,"before":1}""", new DatabaseInitDocument(2, 1), Json.DatabaseInitDocument);
        AssertJson("""{"schemaVersion":2,"before":null}""", new DatabaseInitDocument(2, null), Json.DatabaseInitDocument);
    }

    [Fact]
    public void Database_Status_HasTheSilos() => AssertJson(
        """{"schemaVersion":1,"cluster":"c","silos":[{"name":"silo-0","status":"Active","address":"10.0.0.1:11111","gateway":null,"started":"2026-01-01T12:00:00+00:00","lastAlive":"2026-01-01T12:01:00+00:00"}]}""",
        new DatabaseStatusDocument(1, "c", [new("silo-0", "Active", "10.0.0.1:11111", null, Noon, Noon.AddMinutes(1))]),
        Json.DatabaseStatusDocument);

    [Fact]
    public void Location_Entry_SaysWhereAndWhat()
    {
        var location = new CacheEntryLocation
        {
            Slot = new Slot(12182),
            Partition = 761,
            Owner = "silo-1",
            Replicas = ["silo-0"],
            Epoch = 3,
            Found = true,
            Version = 7,
            TimeToLive = TimeSpan.FromSeconds(30),
        };

        AssertJson(
            """{"key":"foo","slot":12182,"partition":761,"owner":"silo-1","replicas":["silo-0"],"epoch":3,"found":true,"version":"7","ttlMs":30000}""",
            LocationDocument.Of("foo", location),
            Json.LocationDocument);
    }

    [Fact]
    public void Ring_SiloThatDoesNotAnswer_HasNullCounts()
    {
        var topology = new GridTopology
        {
            Version = 12,
            PartitionCount = 4,
            Silos = [Silo("silo-0", 3, "rack-1"), Silo("silo-1", 1, "")],
            Owners = [0, 0, 1, 0],
            Epochs = [1, 1, 2, 1],
            Caches = ["default", "sessions"],
        };
        SiloStatistics[] statistics =
        [
            new("silo-0", 1024, [new() { Cache = "default", Entries = 1, Bytes = 10 }, new() { Cache = "sessions", Entries = 2, Bytes = 20 }]),
        ];

        AssertJson(
            """{"version":12,"partitionCount":4,"silos":[{"name":"silo-0","address":"S1","gateway":"localhost:30000","weight":1,"zone":"rack-1","partitions":3,"share":0.75,"entries":3,"bytes":30,"memoryBudgetBytes":1024},{"name":"silo-1","address":"S1","gateway":"localhost:30000","weight":1,"zone":"","partitions":1,"share":0.25,"entries":null,"bytes":null,"memoryBudgetBytes":null}],"owners":[0,0,1,0],"partitionsLackingCopies":0}""",
            RingDocument.Of(topology, statistics),
            Json.RingDocument);
    }

    [Fact]
    public void Statistics_OfOneCache_AreSummed()
    {
        SiloStatistics[] statistics =
        [
            new("silo-0", 1, [new() { Cache = "default", Hits = 3, Misses = 1, Evictions = 5, Entries = 2, Bytes = 20 }, new() { Cache = "other", Hits = 99 }]),
            new("silo-1", 1, []),
        ];

        AssertJson(
            """{"cache":"default","silos":[{"silo":"silo-0","hits":3,"misses":1,"hitRatio":0.75,"writes":0,"removals":0,"evictions":5,"expirations":0,"entries":2,"bytes":20},{"silo":"silo-1","hits":0,"misses":0,"hitRatio":0,"writes":0,"removals":0,"evictions":0,"expirations":0,"entries":0,"bytes":0}],"total":{"silo":null,"hits":3,"misses":1,"hitRatio":0.75,"writes":0,"removals":0,"evictions":5,"expirations":0,"entries":2,"bytes":20}}""",
            StatisticsDocument.Of("default", statistics),
            Json.StatisticsDocument);
    }

    [Fact]
    public void Snapshots_OfASiloWithoutAny_AreOff() => AssertJson(
        """{"silos":[{"silo":"silo-0","isOn":true,"partitions":1,"bytes":2,"newest":"2026-01-01T12:00:00+00:00","completeTo":null,"lastError":"why","loading":3,"loadedEntries":4,"skippedFiles":5},{"silo":"silo-1","isOn":false,"partitions":0,"bytes":0,"newest":null,"completeTo":null,"lastError":null,"loading":0,"loadedEntries":0,"skippedFiles":0}]}""",
        SnapshotsDocument.Of([new("silo-0", 1, [], new SnapshotStatistics(1, 2, Noon, null, "why", 3, 4, 5)), new("silo-1", 1, [])]),
        Json.SnapshotsDocument);

    [Fact]
    public void Replay_Result_HasItsShape() => AssertJson(
        """{"requests":10,"hits":6,"misses":3,"hitRatio":0.6666666666666666,"errors":1,"seconds":2,"requestsPerSecond":4.5,"p50Ms":1,"p99Ms":2,"p999Ms":3,"complete":true}""",
        ReplayDocument.Of(new ReplayResult(
            6, 3, 1, null, TimeSpan.FromSeconds(2), TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(2), TimeSpan.FromMilliseconds(3), null)),
        Json.ReplayDocument);

    private static GridSilo Silo(string name, int partitions, string zone) => new()
    {
        Name = name,
        Address = "S1",
        Gateway = "localhost:30000",
        Weight = 1,
        Zone = zone,
        Partitions = partitions,
    };

    private static void AssertJson<T>(string expected, T document, JsonTypeInfo<T> type) =>
        Assert.Equal(expected, JsonSerializer.Serialize(document, type));
}
