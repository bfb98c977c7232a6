using System.Globalization;
using System.Text;
using Orleans.Cache.Engine.Batches;
using Orleans.Cache.Engine.Copies;
using Orleans.Cache.Engine.Snapshots;
using Orleans.Cache.Engine.Tests.Copies;
using Orleans.Cache.Engine.Tests.Shards;

namespace Orleans.Cache.Engine.Tests.Snapshots;

/// <summary>Two silos with copies of all partitions, and a folder of snapshots of the first.</summary>
internal sealed class SnapshotWorld : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"snapshot-tests-{Guid.NewGuid():N}");
    private readonly Dictionary<PartitionCopies, Filler> _fillers = [];

    public SnapshotWorld(int seed = 1)
    {
        Grid = new CopyGrid(2, seed);
        Folder = new SnapshotFolder(_path, "silo-0");
        Folder.Prepare();
        Grid.WantAll(0, 1);
        Grid.Settle(0, 1);
    }

    public CopyGrid Grid { get; }

    public SnapshotFolder Folder { get; }

    /// <summary>Sets a key at the owner, and waits until both copies have it.</summary>
    public long Set(string key, string value, long timeToLive = 0, long sliding = 0)
    {
        using var driver = new HostDriver(Grid.Shards(0));
        var result = driver.Set(key, Encoding.UTF8.GetBytes(value), timeToLive, sliding);
        Grid.RunUntil(driver.IsComplete);
        Assert.Equal(OperationStatus.Done, driver.Results[0].Status);
        return result.Version != 0 ? result.Version : driver.Results[0].Version;
    }

    /// <summary>Sets a key at the owner, which may refuse it.</summary>
    public OperationStatus TrySet(string key, string value)
    {
        using var driver = new HostDriver(Grid.Shards(0));
        driver.Set(key, Encoding.UTF8.GetBytes(value));
        Grid.RunUntil(driver.IsComplete);
        return driver.Results[0].Status;
    }

    /// <summary>Executes any operation at the owner, and waits until it is complete.</summary>
    public ShardResult Execute(ShardOperation operation, string key, ReadOnlySpan<byte> value)
    {
        using var driver = new HostDriver(Grid.Shards(0));
        driver.One(operation, Encoding.UTF8.GetBytes(key), value);
        Grid.RunUntil(driver.IsComplete);
        return driver.Results[0];
    }

    public void SetMany(int count, string value)
    {
        for (var number = 0; number < count; number++)
        {
            Set(string.Create(CultureInfo.InvariantCulture, $"key{number}"), value + number);
        }
    }

    public string? Get(string key, int node = 0)
    {
        using var driver = new HostDriver(Grid.Shards(node));
        return driver.TextOf(key);
    }

    /// <summary>Writes files of all partitions that a silo holds.</summary>
    /// <returns>How many.</returns>
    public async Task<int> TakeAsync(int node = 0)
    {
        var taker = new SnapshotTaker(Grid.Shards(node), Grid.Copies(node), Folder, "silo-0", Grid.Clock);
        var files = 0;
        for (var partition = 0; partition < CopyGrid.Partitions; partition++)
        {
            var newest = FilesOf(partition).Select(static file => file.WrittenAt).FirstOrDefault();
            files += await taker.TakeAsync(partition, newest, began: 1, ["silo-0"], static () => ValueTask.CompletedTask, CancellationToken.None) is null ? 0 : 1;
        }

        Folder.Sync();
        return files;
    }

    public SnapshotFile[] FilesOf(int partition) => [.. Folder.List().Where(file => file.Partition == partition)];

    /// <summary>Both silos die, and begin again without memory.</summary>
    public void Restart()
    {
        Grid.Kill(0);
        Grid.Kill(1);
        Grid.Filler = (_, copies) => _fillers[copies] = new Filler();
        Grid.Start(0);
        Grid.Start(1);
        Grid.WantAll(0, 1);
        Grid.RunUntil(() => FillerOf(0).Begun.Count == CopyGrid.Partitions);
    }

    /// <summary>Loads the partitions that began empty at a silo.</summary>
    public List<SnapshotLoad> Load(int node = 0)
    {
        var begun = FillerOf(node).Begun;
        List<SnapshotLoad> loads = [.. begun.Select(item => Load(item.Partition, item.Epoch, node))];
        begun.Clear();
        return loads;
    }

    public SnapshotLoad Load(int partition, long epoch, int node = 0)
    {
        var loader = new SnapshotLoader(Grid.Shards(node), Grid.Copies(node), Grid.Clock, partition, epoch);
        _ = FilesOf(partition).Any(file => loader.TryLoad(file, CancellationToken.None));
        return loader.End();
    }

    public void Dispose()
    {
        Grid.Dispose();
        Directory.Delete(_path, recursive: true);
    }

    private Filler FillerOf(int node) => _fillers[Grid.Copies(node)];

    private sealed class Filler : IPartitionFiller
    {
        public List<(int Partition, long Epoch)> Begun { get; } = [];

        public void Begin(int partition, long epoch) => Begun.Add((partition, epoch));
    }
}
