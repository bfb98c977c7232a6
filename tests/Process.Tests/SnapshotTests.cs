using System.Net;
using System.Text;
using Orleans.Cache.Process.Tests.Processes;

namespace Orleans.Cache.Process.Tests;

/// <summary>Grids that are stopped or killed as a whole, and begin again with the snapshots of their silos.</summary>
public sealed class SnapshotTests(DatabaseServer database) : IClassFixture<DatabaseServer>
{
    private const int Keys = 10_000;

    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    [Fact]
    public async Task GridStoppedInOrder_BeginsAgainWithEveryEntryAndItsTime()
    {
        // No round of snapshots before the silos stop: what there is later was written then.
        await using var grid = new SnapshotGrid(silos: 2, further: "--Cache:Snapshots:Interval=1.00:00:00");
        await grid.StartAsync();
        await using (var client = await grid.ConnectAsync())
        {
            await WriteAsync(client, "first");
        }

        await grid.StopOneByOneAsync();
        Assert.Contains("has written 64 snapshots of the 64 partitions that end with it", grid.Silos[0].Run.Output.Text, StringComparison.Ordinal);
        await grid.StartAsync();

        await using var later = await grid.ConnectAsync();
        Assert.Equal(Keys, await CountAsync(later, "first"));
        Assert.Equal(Keys, (await later.Grid.GetStatisticsAsync()).Sum(static silo => silo.Snapshots!.LoadedEntries));
        Assert.Matches(@"\d+ of \d+ partitions of which no copy is left begin with a snapshot: \d+ entries", grid.Log);
    }

    [Fact]
    public async Task GridKilled_BeginsAgainWithWhatTheLastSnapshotsHave_WhicheverSiloWroteThem()
    {
        await using var grid = new SnapshotGrid(silos: 3, further: "--Cache:Snapshots:Interval=00:00:01");
        await grid.StartAsync();

        // The first silo begins all partitions, and has no snapshots of those that only the other two held.
        await using var later = await WriteAndBeginAgainAsync(grid, "first");
        Assert.Equal(Keys, await CountAsync(later, "first"));
        Assert.Contains("the silo waits for those that may have newer snapshots: silo-1, silo-2", grid.Silos[0].Run.Output.Text, StringComparison.Ordinal);
        Assert.Equal(Keys, (await later.Grid.GetStatisticsAsync()).Sum(static silo => silo.Snapshots!.LoadedEntries));
    }

    [Fact]
    public async Task NewestFile_TornOrDamaged_IsSkipped_AndTheOneBeforeIsLoaded_AndBothAreSaid()
    {
        await using var grid = new SnapshotGrid(silos: 1, further: "--Cache:Snapshots:Interval=1.00:00:00");
        foreach (var value in new[] { "first", "second" })
        {
            await grid.StartAsync();
            await using (var client = await grid.ConnectAsync())
            {
                await WriteAsync(client, value);
            }

            await grid.StopOneByOneAsync();
        }

        var newest = Directory.GetFiles(grid.FolderOf(0)).GroupBy(static path => Path.GetFileName(path)[..16]).Select(static files => files.Max(StringComparer.Ordinal)!).ToArray();
        Assert.Equal(64, newest.Length);
        for (var index = 0; index < newest.Length; index++)
        {
            var bytes = await File.ReadAllBytesAsync(newest[index]);
            if (index % 2 == 0)
            {
                bytes[bytes.Length / 2] ^= 1;
            }

            await File.WriteAllBytesAsync(newest[index], index % 2 == 0 ? bytes : bytes[..^20]);
        }

        await grid.StartAsync();

        await using var later = await grid.ConnectAsync();
        Assert.Equal(Keys, await CountAsync(later, "first"));
        var snapshots = Assert.Single(await later.Grid.GetStatisticsAsync()).Snapshots!;
        Assert.Equal((Keys, 64), (snapshots.LoadedEntries, snapshots.SkippedFiles));
        Assert.Matches(@"Snapshot partition-\d+-[0-9a-f]+-[0-9a-f]+\.snapshot cannot be loaded: it ends early\. Loaded in its place: partition-", grid.Log);
        Assert.Matches(@"cannot be loaded: the checksum of a block is wrong\. Loaded in its place: partition-", grid.Log);
    }

    [Fact]
    public async Task FullDisk_DegradesHealth_ButStopsNoWriter_AndIsOverWhenThereIsRoom()
    {
        using var disk = SmallDisk.TryMount(megabytes: 8);
        Assert.SkipWhen(disk is null, "a small disk can only be mounted by root on Linux");
        await using var grid = new SnapshotGrid(silos: 1, folder: _ => disk.Path, further: "--Cache:Snapshots:Interval=00:00:01");
        await grid.StartAsync();
        await using var client = await grid.ConnectAsync();
        await WriteAsync(client, "small");
        await grid.UntilSavedAsync(client);

        // More than the disk has, rewritten before each round: every round has everything to write.
        using var stopping = new CancellationTokenSource();
        var writes = 0;
        var writer = Task.Run(async () =>
        {
            while (!stopping.IsCancellationRequested)
            {
                await client.Grid.GetCache().SetManyAsync([.. Enumerable.Range(0, 1000).Select(static number => new CacheSetItem($"large:{number}", new byte[20_000]))]);
                Interlocked.Increment(ref writes);
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
            }
        });
        await UntilHealthAsync(grid, "Degraded");
        var before = Volatile.Read(ref writes);
        await Wait.UntilAsync(
            "writers go on",
            _ =>
            {
                Assert.True(Volatile.Read(ref writes) >= before + 20);
                return Task.CompletedTask;
            },
            () => grid.Transcript,
            hopeless: () => writer.IsCompleted);
        Assert.Contains("No space left on device", Assert.Single(await client.Grid.GetStatisticsAsync()).Snapshots!.LastError, StringComparison.Ordinal);
        Assert.Contains($"snapshots could not be written to {disk.Path}", grid.Log, StringComparison.Ordinal);

        disk.Resize(megabytes: 256);
        await UntilHealthAsync(grid, "Healthy");

        await stopping.CancelAsync();
        await writer;
        await grid.UntilSavedAsync(client);
        await grid.KillAsync();
        await grid.StartAsync();
        await using var later = await grid.ConnectAsync();
        Assert.Equal(Keys, await CountAsync(later, "small"));
    }

    [Fact]
    public async Task GridOnPostgreSql_StoppedOrKilledAsAWhole_BeginsAgainWithItsEntries()
    {
        var first = SiloSettings.OnPostgreSql(0, database.ConnectionString, CacheGridDefaults.ClusterId);
        await using var grid = new SnapshotGrid(silos: 2, first, further: ["--Cache:Snapshots:Interval=00:00:01", "--Cache:Replication:Tenure=00:00:05"]);
        await grid.StartAsync();
        await using (var client = await grid.ConnectAsync())
        {
            await WriteAsync(client, "first");
        }

        await grid.StopTogetherAsync();
        await grid.StartAsync();
        await using (var client = await grid.ConnectAsync())
        {
            Assert.Equal(Keys, await CountAsync(client, "first"));
        }

        await using var later = await WriteAndBeginAgainAsync(grid, "second");
        Assert.Equal(Keys, await CountAsync(later, "second"));
    }

    [Fact]
    public async Task SilosThatShareAFolder_BeginAgainWithEachOthersSnapshots()
    {
        var folder = Directory.CreateTempSubdirectory("snapshot-tests-shared-").FullName;
        await using (var grid = new SnapshotGrid(silos: 2, folder: _ => folder, further: ["--Cache:Snapshots:Interval=00:00:01", "--Cache:Replicas=0"]))
        {
            await grid.StartAsync();
            await using var later = await WriteAndBeginAgainAsync(grid, "first");
            Assert.Equal(Keys, await CountAsync(later, "first"));
        }

        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Folder_WhereTheSiloCannotWrite_IsRefused()
    {
        // Nobody can make a folder below a file, not even root.
        var file = Path.GetTempFileName();
        await SiloStart.RefusedAsync(
            SiloSettings.First($"--Cache:Snapshots:Folder={file}/snapshots"),
            $"Cache:Snapshots:Folder is '{file}/snapshots', where this silo cannot write: ");
        File.Delete(file);
    }

    /// <summary>Writes all keys, waits until they are in snapshots, and kills all silos and starts them again.</summary>
    /// <returns>A client of the grid that has begun again.</returns>
    private static async Task<OutsideClient> WriteAndBeginAgainAsync(SnapshotGrid grid, string value)
    {
        await using (var client = await grid.ConnectAsync())
        {
            await WriteAsync(client, value);
            await grid.UntilSavedAsync(client);
        }

        await grid.KillAsync();
        await grid.StartAsync();
        return await grid.ConnectAsync();
    }

    private static async Task WriteAsync(OutsideClient client, string value)
    {
        var bytes = Encoding.UTF8.GetBytes(value);
        var cache = client.Grid.GetCache();
        foreach (var numbers in Enumerable.Range(0, Keys).Chunk(1000))
        {
            // Every fourth for ever, the others for some hours each.
            var written = await cache.SetManyAsync([.. numbers.Select(number => new CacheSetItem(Key(number), bytes, OptionsOf(number)))]);
            Assert.All(written, static result => Assert.True(result.Stored));
        }
    }

    /// <summary>How many keys have the value, with the time that they should have left.</summary>
    private static async Task<int> CountAsync(OutsideClient client, string value)
    {
        var bytes = Encoding.UTF8.GetBytes(value);
        var count = 0;
        foreach (var numbers in Enumerable.Range(0, Keys).Chunk(1000))
        {
            var read = await client.Grid.GetCache().GetManyAsync([.. numbers.Select(Key)]);
            for (var index = 0; index < numbers.Length; index++)
            {
                var hours = numbers[index] % 4;
                var isAsItWas = read[index].Found && read[index].Value.Span.SequenceEqual(bytes)
                    && (hours == 0 ? read[index].TimeToLive is null : read[index].TimeToLive is { } left && left > (Hour * hours) - (Hour / 2) && left < Hour * hours);
                count += isAsItWas ? 1 : 0;
            }
        }

        return count;
    }

    private static CacheKey Key(int number) => $"snapshot:{number}";

    private static CacheSetOptions OptionsOf(int number) => new() { TimeToLive = number % 4 == 0 ? Timeout.InfiniteTimeSpan : Hour * (number % 4) };

    private static Task UntilHealthAsync(SnapshotGrid grid, string health) => Wait.UntilAsync(
        $"the silo is {health}",
        async token => Assert.True(await grid.Silos[0].GetAsync("/health/ready", token) is (HttpStatusCode.OK, var body) && body.StartsWith(health, StringComparison.Ordinal)),
        () => grid.Transcript);
}
