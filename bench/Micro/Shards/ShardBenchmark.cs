using BenchmarkDotNet.Attributes;
using Orleans.Cache.EngineBench;

namespace Orleans.Cache.Micro.Shards;

/// <summary>
/// One kind of work on a million entries: on the dictionary, on the engine in batches of 32, on the engine one by one. Drawing and writing
/// the keys is in all three.
/// </summary>
[MemoryDiagnoser]
public abstract class ShardBenchmark
{
    /// <summary>How many operations one call is.</summary>
    protected const int Operations = 8_000;

    /// <summary>How many entries there are.</summary>
    protected const int Entries = 1_000_000;

    private const int Batch = 32;
    private const long BytesPerEntry = 400;

    private DictionaryLoad? _dictionary;
    private EngineLoad? _engine;

    /// <summary>The state of the generator of keys.</summary>
    private ulong _state;

    /// <summary>The first number that no entry has had yet.</summary>
    private long _next = Entries;

    [GlobalSetup(Target = nameof(Dictionary))]
    public void FillDictionary()
    {
        _dictionary = new DictionaryLoad(Entries, Batch);
        _dictionary.Insert(0, Entries);
    }

    [GlobalSetup(Target = nameof(Batches))]
    public void FillForBatches() => Fill(Batch);

    [GlobalSetup(Target = nameof(OneByOne))]
    public void FillForSingles() => Fill(1);

    [GlobalCleanup]
    public void Dispose()
    {
        _dictionary?.Dispose();
        _engine?.Dispose();
        _dictionary = null;
        _engine = null;
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Operations)]
    public void Dictionary()
    {
        Work(_dictionary!, _next, ref _state);
        _next += Operations;
    }

    [Benchmark(OperationsPerInvoke = Operations)]
    public void Batches()
    {
        Work(_engine!, _next, ref _state);
        _next += Operations;
    }

    [Benchmark(OperationsPerInvoke = Operations)]
    public void OneByOne() => Batches();

    private protected abstract void Work(DictionaryLoad dictionary, long next, ref ulong state);

    private protected abstract void Work(EngineLoad engine, long next, ref ulong state);

    private void Fill(int batch)
    {
        _engine = new EngineLoad(EngineLoad.CreateHost(Entries * BytesPerEntry, maxEntries: Entries), batch);
        _engine.Insert(0, Entries);
    }
}
