using System.Globalization;

namespace Orleans.Cache.GridBench.Scenarios;

/// <summary>What is asked of a side, and by how many at once.</summary>
/// <param name="Operation">What each operation does.</param>
/// <param name="Callers">How many callers, each waiting for its answer before it asks again; connections, for Redis and memcached.</param>
/// <param name="Batch">How many operations a caller sends at once; the pipeline's depth, for Redis and memcached.</param>
/// <param name="ValueBytes">How long values are.</param>
/// <param name="Concern">How many copies must have a write before it is acknowledged; none: what the grid does by itself. Only the grid knows it.</param>
internal sealed record Load(
    LoadOperation Operation, int Callers, int Batch = 1, int ValueBytes = Load.UsualValueBytes, CacheWriteConcern? Concern = null)
{
    public const int UsualValueBytes = 100;

    /// <summary>As <c>redis-benchmark</c> takes it.</summary>
    public string ToRedisOptions() => Batch == 1
        ? string.Create(CultureInfo.InvariantCulture, $"-c {Callers}")
        : string.Create(CultureInfo.InvariantCulture, $"-c {Callers} -P {Batch}");
}
