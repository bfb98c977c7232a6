using Orleans.Cache.Cli.Output;

namespace Orleans.Cache.Cli.Tests.Output;

public sealed class RingSectorsTests
{
    [Fact]
    public void Reduce_NoMorePartitionsThanSectors_IsTheOwners() => Assert.Equal([2, 0, -1, 1], RingSectors.Reduce([2, 0, -5, 1], 4));

    [Fact]
    public void Reduce_LongRuns_KeepsThemInPlace()
    {
        var owners = Enumerable.Range(0, 1024).Select(partition => partition / 256).ToArray();

        Assert.Equal(Enumerable.Range(0, 128).Select(sector => sector / 32), RingSectors.Reduce(owners, 128));
    }

    [Theory]
    [InlineData(128)]
    [InlineData(100)]
    [InlineData(1)]
    public void Reduce_ScatteredOwners_KeepsSharesToWithinASector(int sectors)
    {
        var random = new Random(5);
        var owners = Enumerable.Range(0, 1024).Select(_ => (int)Math.Sqrt(random.Next(16))).ToArray();

        var reduced = RingSectors.Reduce(owners, sectors);

        Assert.Equal(sectors, reduced.Length);
        for (var silo = 0; silo < 4; silo++)
        {
            var fair = (double)owners.Count(owner => owner == silo) * sectors / owners.Length;
            Assert.InRange(reduced.Count(owner => owner == silo), fair - 1, fair + 1);
        }
    }

    [Fact]
    public void Reduce_NobodyOwnsAnything_ShowsNobody() => Assert.All(RingSectors.Reduce(new int[64].Select(_ => -1).ToArray(), 8), owner => Assert.Equal(-1, owner));
}
