using Orleans.Cache.GridBench.Sides;

namespace Orleans.Cache.Bench.Tests.Sides;

public sealed class ZipfTests
{
    private const int Columns = 10;
    private const ulong CoinSteps = 1 << 16;

    [Fact]
    public void Rank_OverAllRandomNumbers_FollowsTheLaw()
    {
        var zipf = new Zipf(Columns, 0.99);
        var counts = new double[Columns];
        for (var column = 0UL; column < Columns; column++)
        {
            for (var coin = 0UL; coin < CoinSteps; coin++)
            {
                // The middle of the column, and coins at equal distances: together they stand for every random number.
                var high = ((column << 32) + (1UL << 31)) / Columns;
                counts[zipf.Rank((high << 32) | (coin << 16))]++;
            }
        }

        var weights = Enumerable.Range(1, Columns).Select(static rank => Math.Pow(rank, -0.99)).ToArray();
        for (var rank = 0; rank < Columns; rank++)
        {
            Assert.Equal(weights[rank] / weights.Sum(), counts[rank] / (Columns * CoinSteps), 4);
        }
    }

    [Fact]
    public void Key_OfDifferentRanks_Differs()
    {
        var keys = new HashSet<int>();
        for (var random = 0UL; random < DataSet.Keys; random++)
        {
            // With the lowest coin a column stands for its own rank.
            keys.Add(Zipf.Instance.Key((((random << 32) + (1UL << 31)) / DataSet.Keys) << 32));
        }

        Assert.Equal(DataSet.Keys, keys.Count);
    }
}
