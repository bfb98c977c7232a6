using Orleans.Cache.Engine.HotKeys;

namespace Orleans.Cache.Engine.Tests.HotKeys;

/// <summary>How well the sketch knows the frequent keys of a stream.</summary>
public sealed class HeavyKeeperTests
{
    private const int Keys = 100_000;
    private const int Reads = 1_000_000;

    private readonly Random _random = new(7);

    [Fact]
    public void ZipfStream_TopKeysAreKnown_AndNoneIsOverestimated()
    {
        var hashes = Hashes(Keys);
        var draw = Zipf(Keys, skew: 1.0);
        var sketch = new HeavyKeeper(seed: 1);
        var truth = new int[Keys];
        var estimates = new int[Keys];
        for (var read = 0; read < Reads; read++)
        {
            var key = draw();
            truth[key]++;
            estimates[key] = sketch.Add(hashes[key]);
        }

        Assert.All(Enumerable.Range(0, Keys), key => Assert.InRange(estimates[key], 0, truth[key]));

        // The sixteenth has half a percent of the stream.
        var top = Enumerable.Range(0, Keys).OrderByDescending(key => truth[key]).Take(16);
        Assert.All(top, key => Assert.InRange(estimates[key], truth[key] * 0.95, truth[key]));
        Assert.Equal(
            Enumerable.Range(0, Keys).OrderByDescending(key => truth[key]).Take(8).Order(),
            Enumerable.Range(0, Keys).OrderByDescending(key => estimates[key]).Take(8).Order());
    }

    [Fact]
    public void UniformStream_NoKeyLooksFrequent()
    {
        var hashes = Hashes(Keys);
        var sketch = new HeavyKeeper(seed: 2);
        var highest = 0;
        for (var read = 0; read < Reads; read++)
        {
            highest = Math.Max(highest, sketch.Add(hashes[_random.Next(Keys)]));
        }

        // Each comes about ten times.
        Assert.InRange(highest, 1, 40);
    }

    [Fact]
    public void Decay_HalvesWhatIsKnown_SoThatAnotherKeyTakesOver()
    {
        var sketch = new HeavyKeeper(seed: 3);
        const ulong First = 0x1111_2222_3333_4444;
        for (var read = 0; read < 1000; read++)
        {
            sketch.Add(First);
        }

        sketch.Decay();
        Assert.Equal(501, sketch.Add(First));

        // The same counters, another fingerprint: it cannot get in while the first is strong, and does when that is forgotten.
        const ulong Second = First ^ (1UL << 63);
        Assert.Equal(0, sketch.Add(Second));
        for (var second = 0; second < 12; second++)
        {
            sketch.Decay();
        }

        Assert.Equal(1, sketch.Add(Second));
    }

    [Fact]
    public void Add_AllocatesNothing()
    {
        var sketch = new HeavyKeeper(seed: 4);
        var hashes = Hashes(1000);

        // Once before, because what is compiled and made at first counts too.
        Array.ForEach(hashes, hash => sketch.Add(hash));
        var before = GC.GetAllocatedBytesForCurrentThread();
        foreach (var hash in hashes)
        {
            sketch.Add(hash);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    private ulong[] Hashes(int count) => [.. Enumerable.Range(0, count).Select(_ => (ulong)_random.NextInt64() ^ ((ulong)_random.NextInt64() << 1))];

    private Func<int> Zipf(int keys, double skew)
    {
        var sums = new double[keys];
        var sum = 0.0;
        for (var key = 0; key < keys; key++)
        {
            sum += Math.Pow(key + 1, -skew);
            sums[key] = sum;
        }

        return () =>
        {
            var found = Array.BinarySearch(sums, _random.NextDouble() * sum);
            return Math.Min(found < 0 ? ~found : found, keys - 1);
        };
    }
}
