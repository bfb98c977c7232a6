using BenchmarkDotNet.Attributes;
using Orleans.Cache.EngineBench;

namespace Orleans.Cache.Micro.Shards;

/// <summary>Writes in batches of 32: over entries of the same size, and of new keys while as many old ones are evicted.</summary>
[MemoryDiagnoser]
public class ShardSetBenchmark
{
    private const int Operations = 32_000;

    private DictionaryLoad? _dictionary;
    private EngineLoad? _load;
    private ulong _state;
    private long _next;

    [Params(1_000_000)]
    public int Entries { get; set; }

    [GlobalSetup(Target = nameof(Dictionary))]
    public void FillDictionary()
    {
        _dictionary = new DictionaryLoad(Entries, 32);
        _dictionary.Insert(0, Entries);
    }

    [GlobalSetup(Targets = [nameof(Overwrite), nameof(InsertAndEvict)])]
    public void Fill()
    {
        _load = new EngineLoad(EngineLoad.CreateHost(Entries * 400L, maxEntries: Entries), 32);
        _load.Insert(0, Entries);
        _next = Entries;
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _dictionary?.Dispose();
        _load?.Dispose();
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Operations)]
    public void Dictionary() => _dictionary!.Overwrite(Operations, Entries, ref _state);

    [Benchmark(OperationsPerInvoke = Operations)]
    public void Overwrite() => _load!.Overwrite(Operations, Entries, ref _state);

    [Benchmark(OperationsPerInvoke = Operations)]
    public void InsertAndEvict()
    {
        _load!.Insert(_next, Operations);
        _next += Operations;
    }
}
