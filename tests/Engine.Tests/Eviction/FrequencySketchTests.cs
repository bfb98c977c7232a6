using Orleans.Cache.Engine.Eviction;

namespace Orleans.Cache.Engine.Tests.Eviction;

public sealed class FrequencySketchTests
{
    [Fact]
    public void See_EntriesGrow_SplitsAndHalvesAFewLinesAtATime()
    {
        using var world = new PolicyWorld();
        var sketch = new FrequencySketch(world.Arena);
        sketch.See(world.HashOf(0), 1);
        var halvings = 0;
        for (var step = 1; step < 300_000; step++)
        {
            var lines = sketch.Lines;
            var halved = sketch.Halved;
            sketch.See(world.HashOf(step), Math.Min(step, 10_000));

            Assert.InRange(sketch.Lines - lines, 0, FrequencySketch.SplitPerSighting);
            if (sketch.Halved < halved)
            {
                halvings++;
                halved = 0;
            }

            Assert.InRange(sketch.Halved - halved, 0, FrequencySketch.HalvedPerSighting);
        }

        Assert.Equal(10_000 / 8, sketch.Lines);
        Assert.InRange(halvings, 2, 4);
    }

    [Fact]
    public void CountOf_WhileHalving_IsWhatItWillBeAfterwards()
    {
        const int seen = 400;
        using var world = new PolicyWorld();
        var sketch = new FrequencySketch(world.Arena);
        for (var key = 0; key < seen; key++)
        {
            for (var sighting = 0; sighting < key % FrequencySketch.Most; sighting++)
            {
                sketch.See(world.HashOf(key), 10_000);
            }
        }

        var before = Counts();
        Assert.Equal(sketch.Lines, sketch.Halved);

        // That is more than ten times the least number of entries: a cache that small is due for halving.
        sketch.See(world.HashOf(seen), 1);
        Assert.Equal(FrequencySketch.HalvedPerSighting, sketch.Halved);
        sketch.See(world.HashOf(seen), 1);

        // From here on one key's counters are full, and nothing but halving changes those that share none with it.
        for (var sighting = 0; sighting < FrequencySketch.Most; sighting++)
        {
            sketch.See(world.HashOf(seen), 1);
        }

        var during = Counts();
        Assert.InRange(sketch.Halved, 1, sketch.Lines - 1);
        Assert.All(during.Zip(before), static count => Assert.InRange(count.First, count.Second / 2, FrequencySketch.Most));
        for (var steps = 0; sketch.Halved < sketch.Lines; steps++)
        {
            sketch.See(world.HashOf(seen), 1);
            Assert.True(steps < 1_000);
        }

        Assert.Equal(during, Counts());

        int[] Counts() => [.. Enumerable.Range(0, seen).Select(key => sketch.CountOf(world.HashOf(key)))];
    }

    [Fact]
    public void CountOf_AfterGrowth_StillKnowsWhoWasSeenOften()
    {
        using var world = new PolicyWorld();
        var sketch = new FrequencySketch(world.Arena);
        for (var sighting = 0; sighting < 64 * FrequencySketch.Most; sighting++)
        {
            sketch.See(world.HashOf(sighting % 64), 500);
        }

        // Lines are split twice each, and what is counted there shared, 15 to 8 to 4. Fewer strangers than are enough to halve it all.
        for (var key = 1_000; key < 2_000; key++)
        {
            sketch.See(world.HashOf(key), 64 * 4 * 8);
        }

        Assert.Equal(64 * 4, sketch.Lines);
        Assert.All(Enumerable.Range(0, 64), key => Assert.InRange(sketch.CountOf(world.HashOf(key)), 4, FrequencySketch.Most));
        Assert.True(Enumerable.Range(1_000, 1_000).Average(key => sketch.CountOf(world.HashOf(key))) < 1.5);
    }

    [Fact]
    public void See_MemoryRefused_CountsNothingAndRecovers()
    {
        var refuse = true;
        using var world = new PolicyWorld(refuse: () => refuse);
        var sketch = new FrequencySketch(world.Arena);
        sketch.See(world.HashOf(1), 10_000);
        Assert.Equal(0, sketch.CountOf(world.HashOf(1)));

        refuse = false;
        sketch.See(world.HashOf(1), 10_000);
        Assert.Equal(1, sketch.CountOf(world.HashOf(1)));
        sketch.Clear();
        Assert.Equal(0, world.Arena.UsedBytes);
    }
}
