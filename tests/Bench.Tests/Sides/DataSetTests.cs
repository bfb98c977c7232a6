using System.Text;
using Orleans.Cache.GridBench.Sides;

namespace Orleans.Cache.Bench.Tests.Sides;

public sealed class DataSetTests
{
    [Fact]
    public void KeyText_IsThatOfTheGridsKey() => Assert.Equal("key:000000054321", Encoding.ASCII.GetString(DataSet.KeyText(54_321)));

    [Fact]
    public void Following_FromAnyKey_MeetsAllKeys()
    {
        var met = new HashSet<int>();
        for (var key = 0; met.Add(key); key = DataSet.Following(key))
        {
        }

        Assert.Equal(DataSet.Keys, met.Count);
    }
}
