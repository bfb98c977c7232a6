namespace Orleans.Cache.Engine.Batches;

/// <summary>
/// The 8 bytes by which an operation is known again when it is sent again: an id in the upper 56 bits, and in the lower 8 how long before this
/// attempt the first one was made, at most: the square of the number, in milliseconds. 0: nothing is remembered of the operation, or this is its
/// first attempt.
/// </summary>
internal static class OperationMark
{
    private const int AgeBits = 8;
    private const int Oldest = (1 << AgeBits) - 1;

    private static readonly ulong Start = BitConverter.ToUInt64(Guid.NewGuid().ToByteArray());

    private static long _last;

    /// <summary>A new id, of age 0. Numbers of one process never meet, those of two only by chance.</summary>
    public static long Next()
    {
        while (true)
        {
            // The mixer of splitmix64 (Steele, Lea and Flood, 2014).
            var mixed = Start + ((ulong)Interlocked.Increment(ref _last) * 0x9E3779B97F4A7C15);
            mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
            mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
            if ((mixed ^ (mixed >> 31)) >> AgeBits << AgeBits is var mark && mark != 0)
            {
                return (long)mark;
            }
        }
    }

    /// <summary>The id without the age.</summary>
    public static long IdOf(long mark) => mark & ~(long)Oldest;

    /// <summary>The mark of a further attempt.</summary>
    public static long WithAge(long mark, TimeSpan age)
    {
        var milliseconds = Math.Max(1, Math.Ceiling(age.TotalMilliseconds));
        return IdOf(mark) | (long)Math.Min(Oldest, Math.Ceiling(Math.Sqrt(milliseconds)));
    }

    /// <summary>How long ago the first attempt was made, at most, when this one was.</summary>
    public static TimeSpan AgeOf(long mark) => (mark & Oldest) is var age && age == Oldest
        ? TimeSpan.MaxValue
        : TimeSpan.FromMilliseconds(age * age);
}
