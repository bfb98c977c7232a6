using System.Buffers.Binary;
using Orleans.Cache.Engine.Eviction;
using Orleans.Cache.Engine.Index;
using Orleans.Cache.Engine.Memory;

namespace Orleans.Cache.Engine.Tests.Eviction;

/// <summary>A policy over entries whose keys are numbers, without shards.</summary>
internal sealed class PolicyWorld : IDisposable
{
    private readonly SlabPool _pool;
    private readonly KeyHash _hash = new(42);

    public PolicyWorld(string policy = EvictionPolicies.S3Fifo, Func<bool>? refuse = null)
    {
        _pool = new SlabPool(64 * 1024 * 1024, refuse);
        Arena = new CacheArena(_pool, 1024);
        Policy = EvictionPolicies.Create(policy, Arena, _hash);
    }

    public CacheArena Arena { get; }

    public EvictionPolicy Policy { get; }

    /// <summary>The entries by their keys.</summary>
    public Dictionary<int, uint> Entries { get; } = [];

    public ulong HashOf(int key) => _hash.Of(KeyOf(key));

    public int KeyAt(uint reference) => BinaryPrimitives.ReadInt32LittleEndian(Arena.Entry(reference).Key);

    /// <summary>Adds an entry that is not there.</summary>
    public void Add(int key, long expiry = EntryLayout.Never)
    {
        Assert.True(Arena.TryAllocate(Arena.Sizes.ClassOf(32), out var reference));
        Arena.Entry(reference).Write(KeyOf(key), [], large: 0, version: 1, new EntryTimes(expiry, 0), now: 0, isNew: true);
        Assert.True(Policy.TryAdd(reference, HashOf(key)));
        Entries.Add(key, reference);
    }

    /// <summary>Reads an entry.</summary>
    public void Use(int key)
    {
        if (Policy.CountsUses)
        {
            Arena.Entry(Entries[key]).CountUse();
        }

        Policy.Use(Entries[key], HashOf(key));
    }

    /// <summary>Takes an entry out that its caller removed.</summary>
    public void Remove(int key) => Remove(key, evicted: false);

    /// <summary>Evicts whom the policy chooses.</summary>
    public int Evict()
    {
        Assert.True(Policy.TryChooseVictim(out var victim));
        var key = KeyAt(victim);
        Assert.Equal(victim, Entries[key]);
        Remove(key, evicted: true);
        return key;
    }

    /// <summary>Reads an entry, and adds it for another one if it is not there.</summary>
    /// <returns>Whether it was there.</returns>
    public bool Request(int key, int capacity)
    {
        if (Entries.ContainsKey(key))
        {
            Use(key);
            return true;
        }

        if (Entries.Count == capacity)
        {
            Evict();
        }

        Add(key);
        return false;
    }

    public void Dispose() => _pool.Dispose();

    private static byte[] KeyOf(int key)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, key);
        return bytes;
    }

    private void Remove(int key, bool evicted)
    {
        Entries.Remove(key, out var reference);
        Policy.Remove(reference, HashOf(key), evicted);
        Arena.Free(reference);
    }
}
