using System.Runtime.CompilerServices;

namespace Orleans.Cache.Client.Near;

/// <summary>Counts hits and misses without a place that all processors write to. Two threads that share a place may lose a count now and then.</summary>
internal sealed class NearCounts
{
    private const int Places = 16;

    /// <summary>Numbers in a line of the processor's cache.</summary>
    private const int Line = 8;

    private readonly long[] _counts = new long[(Places + 1) * Line];

    public long Hits => Sum(0);

    public long Misses => Sum(1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void OnHit() => _counts[Place]++;

    public void OnMiss() => _counts[Place + 1]++;

    private static int Place => (1 + (Environment.CurrentManagedThreadId & (Places - 1))) * Line;

    private long Sum(int which)
    {
        var sum = 0L;
        for (var place = 1; place <= Places; place++)
        {
            sum += Volatile.Read(ref _counts[(place * Line) + which]);
        }

        return sum;
    }
}
