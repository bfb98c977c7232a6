using System.Runtime.CompilerServices;

namespace Orleans.Cache.Client.Near;

/// <summary>Counts hits and misses without a place that all processors write to. Two threads that share a place may lose a count now and then.</summary>
internal sealed class NearCounts
{
    private const int Places = 16;

    /// <summary>Numbers in a line of the processor's cache.</summary>
    private const int Line = 8;

    // A field of the thread is found at once; its number would have to be asked of its object. 0 until the thread has counted here.
    [ThreadStatic]
    private static int _place;

    private static int _threads;

    private readonly long[] _counts = new long[(Places + 1) * Line];

    public long Hits => Sum(0);

    public long Misses => Sum(1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void OnHit() => _counts[Place]++;

    public void OnMiss() => _counts[Place + 1]++;

    private static int Place => _place is not 0 and var place ? place : TakePlace();

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int TakePlace() => _place = (1 + (Interlocked.Increment(ref _threads) & (Places - 1))) * Line;

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
