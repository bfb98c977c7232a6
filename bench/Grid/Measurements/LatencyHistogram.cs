using System.Diagnostics;
using System.Numerics;

namespace Orleans.Cache.GridBench.Measurements;

/// <summary>
/// Counts durations in buckets of which there are 32 for every doubling, so that a percentile is within 1.6 % of the truth. Small, because
/// every caller has its own: counting must not cost the callers the cache lines that they would otherwise have. For one thread at a time.
/// </summary>
internal sealed class LatencyHistogram
{
    private const int SubBucketBits = 5;
    private const int SubBuckets = 1 << SubBucketBits;

    // Shift s fills the indexes from s * 32 + 32 up to s * 32 + 63; 2^40 ns are 18 minutes.
    private const int Buckets = (40 - SubBucketBits + 1) * SubBuckets;

    private static readonly double MicrosecondsPerTick = 1e6 / Stopwatch.Frequency;

    private readonly long[] _counts;
    private long _count;

    public LatencyHistogram() => _counts = new long[Buckets];

    /// <summary>Goes on from what <see cref="ToArray"/> gave, in another process perhaps.</summary>
    public LatencyHistogram(long[] counts) => (_counts, _count) = (counts, counts.Sum());

    /// <summary>How many durations were counted.</summary>
    public long Count => _count;

    /// <summary>The counts of all buckets.</summary>
    public long[] ToArray() => [.. _counts];

    /// <summary>Counts a duration in ticks of <see cref="Stopwatch"/>.</summary>
    public void Record(long ticks)
    {
        var shift = Math.Max(0, BitOperations.Log2((ulong)ticks | 1) - SubBucketBits);
        _counts[Math.Min((shift * SubBuckets) + (int)(ticks >> shift), Buckets - 1)]++;
        _count++;
    }

    public void Add(LatencyHistogram other)
    {
        for (var index = 0; index < Buckets; index++)
        {
            _counts[index] += other._counts[index];
        }

        _count += other._count;
    }

    /// <summary>The duration in microseconds that a part of all durations do not exceed; 0 when there are none.</summary>
    public double Percentile(double ratio)
    {
        var rank = Math.Max(1, (long)Math.Ceiling(ratio * _count));
        var seen = 0L;
        for (var index = 0; index < Buckets; index++)
        {
            seen += _counts[index];
            if (seen >= rank)
            {
                var shift = Math.Max(0, (index / SubBuckets) - 1);
                var lowest = (long)(index - (shift * SubBuckets)) << shift;
                return (lowest + ((1L << shift) / 2.0)) * MicrosecondsPerTick;
            }
        }

        return 0;
    }
}
