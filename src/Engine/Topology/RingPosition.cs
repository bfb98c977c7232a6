using System.Globalization;

namespace Orleans.Cache.Engine.Topology;

/// <summary>A place on the circle of 2^64 positions. After the highest comes the lowest again.</summary>
/// <param name="Value">0 to 2^64 - 1; there is no special value.</param>
internal readonly record struct RingPosition(ulong Value) : IComparable<RingPosition>
{
    /// <summary>The place where one of equal sectors begins.</summary>
    /// <param name="sector">0 to <paramref name="sectors"/> - 1; the first begins at position 0.</param>
    /// <param name="sectors">1 or more.</param>
    public static RingPosition Divide(int sector, int sectors) => new((ulong)(((UInt128)sector << 64) / (uint)sectors));

    /// <summary>The place this far on, past the end of the circle if need be.</summary>
    public RingPosition Clockwise(ulong distance) => new(unchecked(Value + distance));

    /// <summary>How far it is clockwise from here to <paramref name="other"/>; 0 to a position itself.</summary>
    public ulong DistanceTo(RingPosition other) => unchecked(other.Value - Value);

    /// <summary>The share of the circle that lies between position 0 and this place.</summary>
    /// <returns>0 (inclusive) to 1 (exclusive, but for rounding).</returns>
    public double ToFraction() => Value / 18446744073709551616.0;

    /// <summary>By the distance from position 0, which is what a sorted ring is sorted by.</summary>
    public int CompareTo(RingPosition other) => Value.CompareTo(other.Value);

    /// <inheritdoc/>
    public override string ToString() => Value.ToString("x16", CultureInfo.InvariantCulture);
}
