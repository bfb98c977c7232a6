using Orleans.Cache.EngineBench;

namespace Orleans.Cache.Micro.Shards;

/// <summary>Reads of uniformly drawn keys that are all there, value copied out.</summary>
public class ShardGetBenchmark : ShardBenchmark
{
    private protected override void Work(DictionaryLoad dictionary, long next, ref ulong state) => dictionary.Get(Operations, Entries, ref state);

    private protected override void Work(EngineLoad engine, long next, ref ulong state) => engine.Get(Operations, Entries, ref state);
}
