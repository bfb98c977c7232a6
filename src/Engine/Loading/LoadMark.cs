using Orleans.Cache.Engine.Memory;

namespace Orleans.Cache.Engine.Loading;

/// <summary>
/// What an entry that was loaded from a source carries besides its value: 8 bytes, on the wire as in the entry. Append-only, guarded by golden tests.
/// </summary>
/// <param name="Bits">
/// Bits 0 to 39: for how many milliseconds the entry is kept, stale, after its time is over. 40 to 47: <see cref="Cost"/>. 48: the value stands
/// for null. 63: always set, so that 0 is no mark.
/// </param>
internal readonly record struct LoadMark(ulong Bits)
{
    public const int SizeInBytes = sizeof(ulong);

    private const int CostShift = 40;
    private const ulong NullBit = 1UL << 48;
    private const ulong PresentBit = 1UL << 63;

    /// <summary>Steps of the cost in each doubling: a step is 6 %, which is fine enough for a guess of how long the next load takes.</summary>
    private const double StepsPerDoubling = 12;

    /// <summary>Makes a mark.</summary>
    /// <param name="stale">Milliseconds; 0 or more.</param>
    /// <param name="cost">As <see cref="Cost"/>.</param>
    /// <param name="isNull">Whether the value stands for null.</param>
    public LoadMark(long stale, byte cost, bool isNull)
        : this(PresentBit | (isNull ? NullBit : 0) | ((ulong)cost << CostShift) | (ulong)Math.Clamp(stale, 0, EntryLayout.Never - 1))
    {
    }

    /// <summary>Whether there is one.</summary>
    public bool IsPresent => Bits != 0;

    /// <summary>For how many milliseconds the entry is kept after its time is over.</summary>
    public long Stale => (long)(Bits & EntryLayout.Never);

    /// <summary>How long the load took: see <see cref="CostOf"/>.</summary>
    public byte Cost => (byte)(Bits >> CostShift);

    /// <summary>Whether the value stands for null.</summary>
    public bool IsNull => (Bits & NullBit) != 0;

    /// <summary>A duration on a scale of doublings, in one byte: 0 for none, 1 for up to a millisecond, 255 for some 40 minutes or more.</summary>
    public static byte CostOf(TimeSpan duration) =>
        duration.TotalMilliseconds <= 1 ? (byte)1 : (byte)Math.Min(1 + Math.Round(Math.Log2(duration.TotalMilliseconds) * StepsPerDoubling), byte.MaxValue);

    /// <summary>The milliseconds that a cost stands for.</summary>
    public static double MillisecondsOf(byte cost) => cost == 0 ? 0 : Math.Pow(2, (cost - 1) / StepsPerDoubling);
}
