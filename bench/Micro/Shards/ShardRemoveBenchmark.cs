using Orleans.Cache.EngineBench;

namespace Orleans.Cache.Micro.Shards;

/// <summary>Removals of uniformly drawn entries, each batch of which is written again.</summary>
public class ShardRemoveBenchmark : ShardBenchmark
{
    private protected override void Work(DictionaryLoad dictionary, long next, ref ulong state) => dictionary.RemoveAndInsert(Operations, Entries, ref state);

    private protected override void Work(EngineLoad engine, long next, ref ulong state) => engine.RemoveAndInsert(Operations, Entries, ref state);
}
