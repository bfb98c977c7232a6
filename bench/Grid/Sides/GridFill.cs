namespace Orleans.Cache.GridBench.Sides;

/// <summary>Brings the data set into a grid.</summary>
internal static class GridFill
{
    private const int MaxBatch = 1000;
    private const int MaxBatchBytes = 256 * 1024;
    private const int SampleKeys = 200;

    private static readonly TimeSpan SpreadBudget = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    public static async Task FillAsync(ICache cache, int valueBytes, CancellationToken cancellationToken)
    {
        var value = DataSet.Value(valueBytes);
        foreach (var keys in DataSet.CacheKeys.Chunk(Math.Clamp(MaxBatchBytes / valueBytes, 1, MaxBatch)))
        {
            await cache.SetManyAsync([.. keys.Select(key => new CacheSetItem(key, value))], cancellationToken);
        }
    }

    /// <summary>Waits until so many silos own partitions: silos join one after the other, and a partition that moves later loses its entries.</summary>
    public static async Task WaitUntilSpreadAsync(ICache cache, int silos, CancellationToken cancellationToken)
    {
        for (var waited = TimeSpan.Zero; silos > 1; waited += Pause)
        {
            var owners = new HashSet<string>(StringComparer.Ordinal);
            foreach (var key in DataSet.CacheKeys.Take(SampleKeys))
            {
                owners.Add((await cache.LocateAsync(key, cancellationToken)).Owner);
            }

            if (owners.Count == silos)
            {
                return;
            }

            if (waited > SpreadBudget)
            {
                throw new BenchException($"Of {silos} silos only {string.Join(", ", owners)} own partitions.");
            }

            await Task.Delay(Pause, cancellationToken);
        }
    }
}
