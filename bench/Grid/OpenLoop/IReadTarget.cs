namespace Orleans.Cache.GridBench.OpenLoop;

/// <summary>What the generator of arrivals reads from: the same generator for every system. For any number of threads.</summary>
internal interface IReadTarget : IAsyncDisposable
{
    /// <summary>Reads a key of the data set.</summary>
    /// <exception cref="BenchException">It is not there, or has another length.</exception>
    ValueTask ReadAsync(int key);
}
