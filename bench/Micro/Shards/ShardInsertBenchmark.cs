using Orleans.Cache.EngineBench;

namespace Orleans.Cache.Micro.Shards;

/// <summary>Writes of new keys, for each of which an old entry goes: the oldest of the dictionary, whom the policy chooses of the engine.</summary>
public class ShardInsertBenchmark : ShardBenchmark
{
    private protected override void Work(DictionaryLoad dictionary, long next, ref ulong state) => dictionary.Replace(next, Operations, Entries);

    private protected override void Work(EngineLoad engine, long next, ref ulong state) => engine.Insert(next, Operations);
}
