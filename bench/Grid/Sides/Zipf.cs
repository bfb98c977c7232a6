namespace Orleans.Cache.GridBench.Sides;

/// <summary>
/// Keys by Zipf's law: the k-th most wanted is asked for in proportion to 1 / k^0.99. By the alias method (Vose 1991), so a pick costs two
/// look-ups whatever the key. Which keys are wanted most has nothing to do with their numbers. For any number of threads.
/// </summary>
internal sealed class Zipf
{
    private const double Exponent = 0.99;

    // The part of a column, in 2^-32, that stands for its own rank; the rest stands for the alias.
    private readonly uint[] _own;
    private readonly int[] _alias;

    internal Zipf(int count, double exponent)
    {
        var weights = Enumerable.Range(1, count).Select(rank => Math.Pow(rank, -exponent)).ToArray();
        var total = weights.Sum();
        var heights = weights.Select(weight => weight / total * count).ToArray();
        _own = new uint[count];
        _alias = new int[count];
        var low = new Stack<int>(Enumerable.Range(0, count).Where(rank => heights[rank] < 1));
        var high = new Stack<int>(Enumerable.Range(0, count).Where(rank => heights[rank] >= 1));
        while (low.Count > 0 && high.Count > 0)
        {
            var (under, over) = (low.Pop(), high.Pop());
            _own[under] = (uint)(heights[under] * uint.MaxValue);
            _alias[under] = over;
            heights[over] -= 1 - heights[under];
            (heights[over] < 1 ? low : high).Push(over);
        }

        // What is left is full but for the rounding of the sums.
        foreach (var rank in low.Concat(high))
        {
            _own[rank] = uint.MaxValue;
            _alias[rank] = rank;
        }
    }

    public static Zipf Instance { get; } = new(DataSet.Keys, Exponent);

    /// <summary>A rank from 0, for 64 random bits.</summary>
    public int Rank(ulong random)
    {
        var column = (int)(((random >> 32) * (ulong)_own.Length) >> 32);
        return (uint)random <= _own[column] ? column : _alias[column];
    }

    /// <summary>A key of the data set, for 64 random bits.</summary>
    public int Key(ulong random) => (int)((Rank(random) * 48_271L) % DataSet.Keys);
}
