using System.Globalization;

namespace Orleans.Cache.Engine.Topology;

/// <summary>A place on the circle of 2^64 positions. After the highest comes the lowest again.</summary>
/// <param name="Value">0 to 2^64 - 1; there is no special value.</param>
internal readonly record struct RingPosition(ulong Value) : IComparable<RingPosition>
{
    /// <summary>How far it is clockwise from here to <paramref name="other"/>; 0 to a position itself.</summary>
    public ulong DistanceTo(RingPosition other) => unchecked(other.Value - Value);

    /// <summary>By the distance from position 0, which is what a sorted ring is sorted by.</summary>
    public int CompareTo(RingPosition other) => Value.CompareTo(other.Value);

    /// <inheritdoc/>
    public override string ToString() => Value.ToString("x16", CultureInfo.InvariantCulture);
}
