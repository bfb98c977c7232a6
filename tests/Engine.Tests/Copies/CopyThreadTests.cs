using System.Text;
using Orleans.Cache.Engine.Batches;
using Orleans.Cache.Engine.Tests.Shards;

namespace Orleans.Cache.Engine.Tests.Copies;

/// <summary>Many threads that read and write while partitions move and owners are cut off: no read goes back behind what was told before it began.</summary>
public sealed class CopyThreadTests
{
    private const int Nodes = 3;
    private const int Keys = 24;
    private const int Workers = 6;
    private const int Moves = 5;

    private readonly long[] _known = new long[Keys];
    private readonly long[] _next = new long[Keys];
    private long _acknowledged;
    private long _read;
    private volatile bool _isOver;

    [Fact]
    public async Task Reads_DuringHandoversAndFailovers_NeverSeeLessThanWasKnown()
    {
        using var grid = new CopyGrid(Nodes, seed: 20, TimeProvider.System);
        var pump = Task.Factory.StartNew(() => Pump(grid), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        await MoveAsync(grid, 0, 1);
        var workers = Enumerable.Range(0, Workers).Select(worker => Task.Run(() => WorkAsync(grid, worker))).ToArray();
        for (var move = 1; move <= Moves; move++)
        {
            var owner = move % Nodes;
            if (move % 3 == 0)
            {
                // The present owner is cut off; its replica takes over.
                grid.Isolated = grid.Recorded(0).Owner.Node;
                var epochs = Enumerable.Range(0, CopyGrid.Partitions).Select(partition => grid.Recorded(partition).Epoch).ToArray();
                while (!workers.Any(static worker => worker.IsFaulted) && Enumerable.Range(0, CopyGrid.Partitions).Any(partition => grid.Recorded(partition).Epoch == epochs[partition]))
                {
                    await Task.Delay(10);
                }

                // The one cut off does not know that yet; it is asked as well.
                for (var seen = Interlocked.Read(ref _acknowledged); !_isOver && Interlocked.Read(ref _acknowledged) < seen + Keys;)
                {
                    await Task.Delay(1);
                }

                grid.Isolated = -1;
            }

            await MoveAsync(grid, owner, (owner + 1) % Nodes);
        }

        _isOver = true;
        await Task.WhenAll(workers);
        await pump;
        Assert.True(_acknowledged > Keys && _read > Keys, $"{_acknowledged} writes and {_read} reads are too few to tell");
        foreach (var node in Enumerable.Range(0, Nodes))
        {
            Assert.Equal(0, grid.Copies(node).WaitingBatches);
            grid.Shards(node).Validate();
        }
    }

    private void Pump(CopyGrid grid)
    {
        while (!_isOver)
        {
            grid.Pump(tick: true);
            Thread.Yield();
        }

        // What waits still.
        for (var turn = 0; turn < 3000 && Enumerable.Range(0, Nodes).Any(node => grid.Copies(node).WaitingBatches > 0); turn++)
        {
            grid.Pump(tick: true);
            Thread.Sleep(1);
        }
    }

    private async Task MoveAsync(CopyGrid grid, int owner, int replica)
    {
        grid.WantAll(owner, replica);
        while (!_isOver && !grid.IsSettled(owner, replica))
        {
            await Task.Delay(5);
        }
    }

    private async Task WorkAsync(CopyGrid grid, int worker)
    {
        try
        {
            var random = new Random(worker);
            var drivers = Enumerable.Range(0, Nodes).Select(node => new HostDriver(grid.Shards(node))).ToArray();
            while (!_isOver)
            {
                // Mostly the owner, now and then somebody who thinks that he is.
                var node = random.Next(4) == 0 ? random.Next(Nodes) : grid.Recorded(random.Next(CopyGrid.Partitions)).Owner.Node;
                var driver = drivers[node];
                driver.Begin();
                var keys = Enumerable.Range(0, 8).Select(_ => random.Next(Keys)).ToArray();
                foreach (var key in keys)
                {
                    // Each key has one writer, so that its values only rise.
                    if (key % Workers == worker && random.Next(2) == 0)
                    {
                        driver.Add(new ShardOperation { Kind = OperationKind.Set }, KeyOf(key), BitConverter.GetBytes(++_next[key]));
                    }
                    else
                    {
                        driver.Add(new ShardOperation { Kind = OperationKind.Get }, KeyOf(key));
                    }
                }

                var known = Array.ConvertAll(keys, key => Volatile.Read(ref _known[key]));
                driver.Execute();
                if (driver.Wait is { } wait)
                {
                    await wait.WaitAsync();
                    Assert.True(driver.IsComplete());
                }

                Take(driver, keys, known);
            }

            foreach (var driver in drivers)
            {
                driver.Dispose();
            }
        }
        catch
        {
            _isOver = true;
            throw;
        }
    }

    private void Take(HostDriver driver, int[] keys, long[] known)
    {
        for (var index = 0; index < keys.Length; index++)
        {
            ref readonly var result = ref driver.Results[index];
            var isWrite = driver.KindOf(index) == OperationKind.Set;
            if (result.Status == OperationStatus.Done)
            {
                var value = isWrite ? driver.WrittenBy(index) : BitConverter.ToInt64(driver.ValueOf(index));
                Assert.True(value >= known[index], $"key {keys[index]} is {value}, and was known to be {known[index]}");
                Know(keys[index], value);
                Interlocked.Increment(ref isWrite ? ref _acknowledged : ref _read);
            }
            else
            {
                Assert.True(
                    result.Status is OperationStatus.Moved || (isWrite ? result.Status == OperationStatus.Unknown : result.Status == OperationStatus.NotFound && known[index] == 0),
                    $"{result.Status} of key {keys[index]}, known to be {known[index]}");
            }
        }
    }

    private void Know(int key, long value)
    {
        for (var known = Volatile.Read(ref _known[key]); known < value; known = Volatile.Read(ref _known[key]))
        {
            Interlocked.CompareExchange(ref _known[key], value, known);
        }
    }

    private static byte[] KeyOf(int key) => Encoding.UTF8.GetBytes($"key{key}");
}
