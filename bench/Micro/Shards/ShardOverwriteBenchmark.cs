using Orleans.Cache.EngineBench;

namespace Orleans.Cache.Micro.Shards;

/// <summary>Writes over uniformly drawn entries, of the same size.</summary>
public class ShardOverwriteBenchmark : ShardBenchmark
{
    private protected override void Work(DictionaryLoad dictionary, long next, ref ulong state) => dictionary.Overwrite(Operations, Entries, ref state);

    private protected override void Work(EngineLoad engine, long next, ref ulong state) => engine.Overwrite(Operations, Entries, ref state);
}
