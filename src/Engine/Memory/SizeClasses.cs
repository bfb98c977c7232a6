using System.Numerics;

namespace Orleans.Cache.Engine.Memory;

/// <summary>
/// The sizes of slots: steps of 8 bytes up to 256, then eight steps to each doubling (12.5 % of the power of two below), all multiples of
/// the arena's unit. Immutable.
/// </summary>
internal sealed class SizeClasses
{
    private const int Granule = 8;
    private const int FineLimit = 256;

    private readonly int[] _sizes;
    private readonly byte[] _byGranule;

    /// <param name="unit">What slots are multiples of: a power of two, 8 or more.</param>
    /// <param name="largest">The size that the last class must hold.</param>
    public SizeClasses(int unit, int largest)
    {
        var sizes = new List<int>();
        for (var size = Smallest; ; size = Next(size))
        {
            var rounded = RoundUp(size, unit);
            if (sizes.Count == 0 || sizes[^1] != rounded)
            {
                sizes.Add(rounded);
            }

            if (rounded >= largest)
            {
                break;
            }
        }

        _sizes = [.. sizes];
        _byGranule = new byte[(_sizes[^1] / Granule) + 1];
        var index = 0;
        for (var granule = 0; granule < _byGranule.Length; granule++)
        {
            while (_sizes[index] < granule * Granule)
            {
                index++;
            }

            _byGranule[granule] = (byte)index;
        }
    }

    /// <summary>The smallest slot: an entry with a key of a few bytes and no value.</summary>
    public static int Smallest => 24;

    public int Count => _sizes.Length;

    public int Largest => _sizes[^1];

    public int SizeOf(int sizeClass) => _sizes[sizeClass];

    /// <summary>The class for so many bytes, at most <see cref="Largest"/>.</summary>
    public int ClassOf(int bytes) => _byGranule[(bytes + Granule - 1) / Granule];

    private static int Next(int size) =>
        size < FineLimit ? size + Granule : size + ((int)BitOperations.RoundUpToPowerOf2((uint)size + 1) / 16);

    private static int RoundUp(int size, int unit) => (size + unit - 1) & -unit;
}
