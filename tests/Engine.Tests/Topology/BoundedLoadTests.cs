using Orleans.Cache.Engine.Topology;

namespace Orleans.Cache.Engine.Tests.Topology;

public sealed class BoundedLoadTests
{
    [Fact]
    public void Assign_BoundsThatHoldAnyway_IsTheNearestSilo()
    {
        var ring = new HashRing(TopologyCases.Equal(5), 256);

        var owners = BoundedLoad.Assign(ring, [.. Enumerable.Repeat(new LoadBounds(0, 256), 5)]);

        Assert.Equal(Enumerable.Range(0, 256).Select(partition => ring.PreferenceList(partition)[0]), owners);
    }

    // Against all 3^8 assignments that keep the bounds.
    [Theory]
    [InlineData(0, 8)]
    [InlineData(2, 3)]
    [InlineData(2, 4)]
    [InlineData(1, 3)]
    public void Assign_SmallGrid_HasTheLeastSumOfDistances(int least, int most)
    {
        for (var family = 0; family < 40; family++)
        {
            var ring = new HashRing(TopologyCases.Weighted($"f{family}", 1, 2, 5), 8);
            var bounds = Enumerable.Repeat(new LoadBounds(least, most), 3).ToArray();

            var owners = BoundedLoad.Assign(ring, bounds);

            Assert.All(CountsOf(owners, 3), count => Assert.InRange(count, least, most));
            Assert.Equal(LeastSumOfDistances(ring, bounds), SumOfDistances(ring, owners));
        }
    }

    [Fact]
    public void Assign_ExactBounds_AreKeptByEverySilo()
    {
        var ring = new HashRing(TopologyCases.Weighted("cache", 0.01, 1, 100), 1024);

        var owners = BoundedLoad.Assign(ring, [new(512, 512), new(300, 300), new(212, 212)]);

        Assert.Equal([512, 300, 212], CountsOf(owners, 3));
    }

    private static int[] CountsOf(short[] owners, int silos)
    {
        var counts = new int[silos];
        foreach (var owner in owners)
        {
            counts[owner]++;
        }

        return counts;
    }

    // In the units that the assignment counts in.
    private static ulong SumOfDistances(HashRing ring, short[] owners)
    {
        var sum = 0UL;
        for (var partition = 0; partition < owners.Length; partition++)
        {
            sum += ring.Distances[(partition * ring.Members.Count) + owners[partition]] >> 16;
        }

        return sum;
    }

    private static ulong LeastSumOfDistances(HashRing ring, LoadBounds[] bounds)
    {
        var least = ulong.MaxValue;
        var owners = new short[8];
        for (var code = 0; code < 6561; code++)
        {
            var rest = code;
            for (var partition = 0; partition < owners.Length; partition++)
            {
                owners[partition] = (short)(rest % 3);
                rest /= 3;
            }

            var counts = CountsOf(owners, 3);
            if (counts.Index().All(count => count.Item >= bounds[count.Index].Least && count.Item <= bounds[count.Index].Most))
            {
                least = Math.Min(least, SumOfDistances(ring, owners));
            }
        }

        return least;
    }
}
