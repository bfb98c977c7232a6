using Orleans.Cache.Engine.Eviction;

namespace Orleans.Cache.Engine.Tests.Eviction;

public sealed class GhostTableTests
{
    [Theory]
    [InlineData(50)]
    [InlineData(1_000)]
    [InlineData(100_000)]
    public void Remove_AfterManyAdds_KnowsTheLastOnesOnly(int capacity)
    {
        using var world = new PolicyWorld();
        var ghosts = new GhostTable(world.Arena);
        var last = 4 * capacity;
        for (var key = 0; key < last; key++)
        {
            ghosts.Add(world.HashOf(key), capacity);
        }

        // A few rows are full by chance; one in some 2,000 has the tag of another.
        var young = Enumerable.Range(last - capacity, capacity).Skip(capacity / 100).ToList();
        Assert.True(young.Count(Known) > young.Count * 0.95);
        Assert.InRange(young.Count(Known), 0, 2 + (young.Count / 1_000));

        // Age is counted in parts of 8,192.
        var old = Enumerable.Range(0, last - capacity - (capacity / 1_000) - 1);
        Assert.InRange(old.Count(Known), 0, 2 + (last / 1_000));
        Assert.InRange(Enumerable.Range(last, 100_000).Count(Known), 0, 100);

        bool Known(int key) => ghosts.Remove(world.HashOf(key));
    }

    [Fact]
    public void Add_CapacityChanges_StillKnowsTheLastOnesAndFreesAFewBlocksAtATime()
    {
        const int blockBytes = 4_096;
        using var world = new PolicyWorld();
        var ghosts = new GhostTable(world.Arena);
        var key = 0;
        foreach (var capacity in new[] { 1_000, 50_000, 100, 20_000 })
        {
            // New rows begin with the first of these; what was added before is found in the old ones.
            Add(capacity, times: 1);
            Assert.True(key == 1 || Remembered(from: key - 91, to: key - 1) > 80);

            // Four times the capacity, and then as many as it takes to free the largest of the tables before.
            Add(capacity, times: (4 * capacity) + 1_000);
            Assert.InRange(ghosts.Rows, capacity / 32, 2 + (capacity * 5 / 4 / 32));
            Assert.True(Remembered(from: key - (capacity * 9 / 10), to: key - 90) >= (capacity * 8 / 10) - 90);
            Assert.InRange(world.Arena.UsedBytes, 0, (ghosts.Rows + 32) * 32 * sizeof(uint));
        }

        ghosts.Clear();
        Assert.Equal(0, world.Arena.UsedBytes);

        void Add(int capacity, int times)
        {
            for (var end = key + times; key < end; key++)
            {
                var used = world.Arena.UsedBytes;
                ghosts.Add(world.HashOf(key), capacity);
                Assert.InRange(world.Arena.UsedBytes - used, -GhostTable.FreedPerAdd * blockBytes, blockBytes);
            }
        }

        // Forgets these, and says how many of them were known.
        int Remembered(int from, int to) => Enumerable.Range(from, to - from).Count(candidate => ghosts.Remove(world.HashOf(candidate)));
    }

    [Fact]
    public void Add_MemoryRefused_RemembersNothing()
    {
        using var world = new PolicyWorld(refuse: static () => true);
        var ghosts = new GhostTable(world.Arena);
        for (var key = 0; key < 10_000; key++)
        {
            ghosts.Add(world.HashOf(key), key < 5_000 ? 5_000 : 100);
            Assert.False(ghosts.Remove(world.HashOf(key)));
        }
    }
}
