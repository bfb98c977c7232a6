using System.Globalization;
using Orleans.Cache.Engine.Batches;
using Orleans.Cache.Engine.Loading;
using Orleans.Cache.Engine.Shards;
using Orleans.Cache.Engine.Snapshots;
using Orleans.Cache.Engine.Tests.Copies;

namespace Orleans.Cache.Engine.Tests.Snapshots;

/// <summary>Snapshots of copies over real shards: what a lost partition gets back, and that nothing newer is ever overwritten.</summary>
public sealed class SnapshotTests
{
    private const int Keys = 200;

    [Fact]
    public async Task LostPartitions_AreLoaded_AndBothCopiesHaveThem()
    {
        using var world = new SnapshotWorld();
        world.SetMany(Keys, "old");
        var version = world.Set("key0", "newer");
        Assert.Equal(CopyGrid.Partitions, await world.TakeAsync());
        world.Set("after", "lost");

        world.Restart();
        world.Grid.Run(2000);
        Assert.All(Enumerable.Range(0, CopyGrid.Partitions), partition => Assert.Equal((false, true), (world.Grid.Copies(0).StatusOf(partition).IsServing, world.Grid.Copies(0).StatusOf(partition).IsFilling)));
        var loads = world.Load();
        world.Grid.Settle(0, 1);

        Assert.Equal(Keys, loads.Sum(static load => load.Entries));
        Assert.Equal(("newer", "old1", null), (world.Get("key0"), world.Get("key1"), world.Get("after")));
        Assert.True(world.Set("key0", "newest") > version, "a version was given again");
        Assert.All(Enumerable.Range(0, CopyGrid.Partitions), partition => Assert.Equal(1, world.Grid.Recorded(partition).Losses));

        // The replica was filled from the owner, so it has what was loaded.
        world.Grid.Kill(0);
        world.Grid.RunUntil(() => Enumerable.Range(0, CopyGrid.Partitions).All(partition => world.Grid.Copies(1).StatusOf(partition).IsServing));
        for (var number = 1; number < Keys; number++)
        {
            Assert.Equal($"old{number}", world.Get(string.Create(CultureInfo.InvariantCulture, $"key{number}"), node: 1));
        }
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    public async Task Load_UnderLossAndDelay_IsShippedToTheReplicaWithWhatFollows(int seed)
    {
        using var world = new SnapshotWorld(seed);
        world.SetMany(Keys, "old");
        await world.TakeAsync();
        (world.Grid.LossPercent, world.Grid.MaxDelay) = (15, 4);

        world.Restart();
        world.Load();
        world.Grid.RunUntil(() => Enumerable.Range(0, CopyGrid.Partitions).All(partition => world.Grid.Copies(0).StatusOf(partition).IsServing));
        world.Grid.LossPercent = 0;
        for (var number = 0; number < Keys; number += 3)
        {
            world.Set(string.Create(CultureInfo.InvariantCulture, $"key{number}"), "new");
        }

        world.Grid.Settle(0, 1);
        world.Grid.Kill(0);
        world.Grid.RunUntil(() => Enumerable.Range(0, CopyGrid.Partitions).All(partition => world.Grid.Copies(1).StatusOf(partition).IsServing));
        for (var number = 0; number < Keys; number++)
        {
            Assert.Equal(number % 3 == 0 ? "new" : $"old{number}", world.Get(string.Create(CultureInfo.InvariantCulture, $"key{number}"), node: 1));
        }
    }

    [Fact]
    public async Task Times_AreCountedFromTheWallClockOfWriting()
    {
        using var world = new SnapshotWorld();
        world.Set("short", "1", timeToLive: 10_000);
        world.Set("long", "1", timeToLive: 300_000);
        world.Set("sliding", "1", sliding: 10_000);
        world.Set("slower", "1", sliding: 300_000);
        world.Set("forever", "1");
        await world.TakeAsync();
        world.Grid.Clock.Advance(TimeSpan.FromSeconds(100));

        world.Restart();
        var loads = world.Load();
        world.Grid.Settle(0, 1);

        Assert.Equal((3, 2), (loads.Sum(static load => load.Entries), loads.Sum(static load => load.Expired)));
        Assert.Equal((null, null), (world.Get("short"), world.Get("sliding")));
        Assert.Equal(("1", "1"), (world.Get("long"), world.Get("forever")));
        world.Grid.Run(205_000);
        Assert.Equal((null, null, "1"), (world.Get("long"), world.Get("slower"), world.Get("forever")));
    }

    [Fact]
    public async Task Tags_AreLoadedToo_SoThatEntriesCanBeRemovedByThem()
    {
        using var world = new SnapshotWorld();
        var tag = new byte[TagSection.BytesOf(1)];
        TagSection.Write(tag, ["colour"u8.ToArray()]);
        world.Execute(new ShardOperation { Kind = OperationKind.SetTagged }, "tagged", [.. tag, .. "1"u8]);
        world.Set("{tagged}other", "1");
        await world.TakeAsync();

        world.Restart();
        world.Load();
        world.Grid.Settle(0, 1);
        Assert.Equal(("1", "1"), (world.Get("tagged"), world.Get("{tagged}other")));
        world.Execute(new ShardOperation { Kind = OperationKind.RemoveTags }, "tagged", tag);

        Assert.Equal((null, "1"), (world.Get("tagged"), world.Get("{tagged}other")));
    }

    [Theory]
    [InlineData(20_000, 0)]
    [InlineData(0, 20_000)]
    public async Task EntryThatWasLoaded_IsKeptWhenItsTimeIsOver_AlsoAfterARestart(long timeToLive, long sliding)
    {
        using var world = new SnapshotWorld();
        var mark = new LoadMark(60_000, LoadMark.CostOf(TimeSpan.FromMilliseconds(200)), isNull: false);
        world.Execute(new ShardOperation { Kind = OperationKind.Set, IsLoad = true, TimeToLive = timeToLive, SlidingExpiration = sliding }, "key", [.. BitConverter.GetBytes(mark.Bits), .. "1"u8]);
        await world.TakeAsync();
        world.Grid.Clock.Advance(TimeSpan.FromSeconds(25));

        world.Restart();
        Assert.Equal(1, world.Load().Sum(static load => load.Entries));
        world.Grid.Settle(0, 1);

        Assert.Null(world.Get("key"));
        var stale = world.Execute(new ShardOperation { Kind = OperationKind.Get, IsLoad = true }, "key", []);
        Assert.Equal((true, mark.Cost), (stale.IsStale, stale.LoadCost));
        world.Grid.Run(60_000);
        Assert.Equal(OperationStatus.NotFound, world.Execute(new ShardOperation { Kind = OperationKind.Get, IsLoad = true }, "key", []).Status);
    }

    [Fact]
    public async Task NewestFile_TornOrDamaged_IsSkippedWithItsName_AndTheOneBeforeIsLoaded()
    {
        using var world = new SnapshotWorld();
        world.SetMany(Keys, "old");
        await world.TakeAsync();
        world.SetMany(Keys, "new");
        await world.TakeAsync();
        var damaged = Enumerable.Range(0, CopyGrid.Partitions).Select(partition => world.FilesOf(partition)[0]).ToArray();
        for (var partition = 0; partition < CopyGrid.Partitions; partition++)
        {
            var bytes = await File.ReadAllBytesAsync(damaged[partition].Path);
            bytes[^(40 + partition)] ^= 1;
            await File.WriteAllBytesAsync(damaged[partition].Path, partition % 2 == 0 ? bytes : bytes[..^9]);
        }

        world.Restart();
        var loads = world.Load();
        world.Grid.Settle(0, 1);

        Assert.Equal(damaged.Select(static file => file.Name), loads.OrderBy(static load => load.Partition).Select(static load => Assert.Single(load.Skipped).File));
        Assert.All(Enumerable.Range(0, Keys), number => Assert.Equal($"old{number}", world.Get(string.Create(CultureInfo.InvariantCulture, $"key{number}"))));
    }

    [Fact]
    public async Task Files_Renamed_OrOfAnotherGrid_AreNotLoaded()
    {
        using var world = new SnapshotWorld();
        world.SetMany(Keys, "old");
        await world.TakeAsync();
        var (first, second) = (world.FilesOf(0)[0], world.FilesOf(1)[0]);
        var renamed = Path.Combine(world.Folder.Path, SnapshotFile.NameOf(1, second.WrittenAt + 1, second.SiloHash));
        File.Move(first.Path, renamed);

        world.Restart();
        var loads = world.Load();

        Assert.Null(loads.Single(static load => load.Partition == 0).File);
        var load = loads.Single(static load => load.Partition == 1);
        Assert.Contains("renamed", Assert.Single(load.Skipped).Reason, StringComparison.Ordinal);
        Assert.Equal(second.Name, load.File);
        var error = Assert.Throws<SnapshotFileException>(() => second.ReadHeader(CopyGrid.Partitions * 2));
        Assert.Contains("4 partitions", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Load_WhenAnotherEpochHasBegun_ChangesNothing()
    {
        using var world = new SnapshotWorld();
        world.SetMany(Keys, "old");
        await world.TakeAsync();
        world.Restart();
        world.Load();
        world.Grid.Settle(0, 1);
        world.SetMany(Keys, "new");

        // As a loader that was stopped for long, and goes on.
        for (var partition = 0; partition < CopyGrid.Partitions; partition++)
        {
            world.Load(partition, world.Grid.Recorded(partition).Epoch);
        }

        Assert.All(Enumerable.Range(0, Keys), number => Assert.Equal($"new{number}", world.Get(string.Create(CultureInfo.InvariantCulture, $"key{number}"))));
    }

    [Fact]
    public async Task Replica_WritesFilesToo_AndACopyThatIsBeingFilledDoesNot()
    {
        using var world = new SnapshotWorld();
        world.SetMany(Keys, "old");

        // A replica has what is committed in its store when its owner next speaks to it.
        world.Grid.Run(300);
        Assert.Equal(CopyGrid.Partitions, await world.TakeAsync(node: 1));
        world.Restart();

        Assert.Equal(0, await world.TakeAsync(node: 0));
        Assert.Equal(Keys, world.Load().Sum(static load => load.Entries));
    }

    [Fact]
    public async Task Copy_ThatIsSealed_ServesNothing_AndItsFileHasAllThatWasAcknowledged()
    {
        using var world = new SnapshotWorld();
        world.SetMany(Keys, "old");
        world.Set("key0", "last");

        world.Grid.Copies(0).Seal();

        Assert.All(Enumerable.Range(0, CopyGrid.Partitions), partition => Assert.False(world.Grid.Copies(0).StatusOf(partition).IsServing));
        Assert.Equal(OperationStatus.Moved, world.TrySet("key0", "refused"));
        world.Grid.Run(1000);
        Assert.Equal(OperationStatus.Moved, world.TrySet("key1", "refused"));
        Assert.Equal(CopyGrid.Partitions, await world.TakeAsync());
        world.Restart();
        world.Load();
        world.Grid.Settle(0, 1);
        Assert.Equal(("last", "old1"), (world.Get("key0"), world.Get("key1")));
    }

    [Fact]
    public async Task Snapshot_IsAsNewAsItsCopy_UntilSomethingIsWritten_OrAReadMayRenewATime()
    {
        using var world = new SnapshotWorld();
        world.SetMany(Keys, "old");
        world.Grid.Run(300);
        var taker = new SnapshotTaker(world.Grid.Shards(0), world.Grid.Copies(0), world.Folder, "silo-0", world.Grid.Clock);
        var taken = (await TakeAllAsync())!;
        world.Grid.Run(300);

        Assert.All(Enumerable.Range(0, CopyGrid.Partitions), partition => Assert.True(IsAsNew(partition)));
        world.Set("key0", "new");
        world.Grid.Run(300);
        Assert.Single(Enumerable.Range(0, CopyGrid.Partitions), partition => !IsAsNew(partition));
        world.Set("key0", "sliding", sliding: 60_000);
        world.Grid.Run(300);
        taken = await TakeAllAsync();
        Assert.Single(Enumerable.Range(0, CopyGrid.Partitions), partition => !IsAsNew(partition));

        bool IsAsNew(int partition) => taken[partition].IsAsNewAs(world.Grid.Copies(0).PointOf(partition)!.Value);

        async Task<SnapshotTaken[]> TakeAllAsync()
        {
            var all = new SnapshotTaken[CopyGrid.Partitions];
            for (var partition = 0; partition < all.Length; partition++)
            {
                all[partition] = (await taker.TakeAsync(partition, 0, began: 1, [], static () => ValueTask.CompletedTask, CancellationToken.None))!;
            }

            return all;
        }
    }

    [Fact]
    public async Task Prune_KeepsTheNewest_AndWhatOtherSilosWrote()
    {
        using var world = new SnapshotWorld();
        for (var round = 0; round < 4; round++)
        {
            await world.TakeAsync();
        }

        var files = world.FilesOf(2);
        new SnapshotFolder(world.Folder.Path, "silo-9").Prune(files, keep: 0);
        Assert.Equal(4, world.FilesOf(2).Length);
        world.Folder.Prune(files, keep: 2);

        Assert.Equal(files[..2], world.FilesOf(2));
        Assert.Equal(4, world.FilesOf(1).Length);
    }

    [Fact]
    public async Task Take_ThatFails_LeavesTheFilesThatThereAre()
    {
        using var world = new SnapshotWorld();
        world.SetMany(Keys, "old");
        await world.TakeAsync();
        var before = world.Folder.List();
        var taker = new SnapshotTaker(world.Grid.Shards(0), world.Grid.Copies(0), world.Folder, "silo-0", world.Grid.Clock);

        await Assert.ThrowsAsync<IOException>(() => taker.TakeAsync(0, 0, began: 1, [], static () => throw new IOException("no space"), CancellationToken.None));

        Assert.Equal(before, world.Folder.List());
        Assert.Equal(before.Count, Directory.GetFiles(world.Folder.Path).Length);
    }
}
