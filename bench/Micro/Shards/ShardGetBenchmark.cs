using BenchmarkDotNet.Attributes;
using Orleans.Cache.EngineBench;

namespace Orleans.Cache.Micro.Shards;

/// <summary>Reads of uniformly drawn keys that are all there, value copied out. Drawing and writing the keys is in all of them.</summary>
[MemoryDiagnoser]
public class ShardGetBenchmark
{
    private const int Operations = 32_000;

    private DictionaryLoad? _dictionary;
    private EngineLoad? _batches;
    private EngineLoad? _singles;
    private ulong _state;

    [Params(1_000_000)]
    public int Entries { get; set; }

    [GlobalSetup(Target = nameof(Dictionary))]
    public void FillDictionary()
    {
        _dictionary = new DictionaryLoad(Entries, 32);
        _dictionary.Insert(0, Entries);
    }

    [GlobalSetup(Target = nameof(Batches))]
    public void FillBatches() => _batches = Fill(32);

    [GlobalSetup(Target = nameof(OneByOne))]
    public void FillSingles() => _singles = Fill(1);

    [GlobalCleanup]
    public void Dispose()
    {
        _dictionary?.Dispose();
        _batches?.Dispose();
        _singles?.Dispose();
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Operations)]
    public long Dictionary() => _dictionary!.Get(Operations, Entries, ref _state);

    [Benchmark(OperationsPerInvoke = Operations)]
    public long Batches() => _batches!.Get(Operations, Entries, ref _state);

    [Benchmark(OperationsPerInvoke = Operations)]
    public long OneByOne() => _singles!.Get(Operations, Entries, ref _state);

    private EngineLoad Fill(int batch)
    {
        var load = new EngineLoad(EngineLoad.CreateHost(Entries * 400L), batch);
        load.Insert(0, Entries / batch * batch);
        return load;
    }
}
