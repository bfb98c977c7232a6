using FsCheck;
using FsCheck.Fluent;

namespace Orleans.Cache.Engine.Tests.Shards;

public sealed class ShardHostProperties
{
    [Fact]
    public void Execute_AnyOperations_AnswersAsTheModel() => Prop.ForAll<int>(static seed => Agrees(seed, keys: 300, new CacheOptions()))
        .Check(Config.QuickThrowOnFailure.WithMaxTest(40));

    [Fact]
    public void Execute_DefaultsForTimes_AnswersAsTheModel() => Prop.ForAll<int>(static seed => Agrees(
            seed, keys: 60, new CacheOptions { DefaultTimeToLive = TimeSpan.FromSeconds(2), DefaultSlidingExpiration = TimeSpan.FromMilliseconds(300) }))
        .Check(Config.QuickThrowOnFailure.WithMaxTest(20));

    [Fact]
    public void Execute_CapacityUnderLru_EvictsAsOneListOverAllPartitions() => Prop.ForAll<int>(static seed => Agrees(
            seed, keys: 400, new CacheOptions { MaxEntries = 40, Eviction = "lru" }))
        .Check(Config.QuickThrowOnFailure.WithMaxTest(30));

    [Fact]
    public void Execute_ManyKeys_AnswersAsTheModel()
    {
        using var run = new ModelRun(seed: 7, keys: 20_000, partitions: 2);

        for (var stretch = 0; stretch < 5; stretch++)
        {
            run.Run(40_000);
            run.Validate();
        }
    }

    private static bool Agrees(int seed, int keys, CacheOptions options)
    {
        using var run = new ModelRun(seed, keys, options);
        run.Run(4_000);
        run.Validate();
        return true;
    }
}
