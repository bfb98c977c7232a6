using System.Buffers.Binary;
using Orleans.Cache.Engine.Index;
using Orleans.Cache.Engine.Memory;

namespace Orleans.Cache.Engine.Tests.Index;

public sealed class ShardIndexTests
{
    [Fact]
    public void Match_AnyTags_IsTheSameByVectorAndOneByOne()
    {
        var random = new Random(1);
        Span<byte> bucket = stackalloc byte[64];
        for (var round = 0; round < 10_000; round++)
        {
            random.NextBytes(bucket);
            bucket[random.Next(16)] = bucket[random.Next(16)];
            var tag = bucket[random.Next(16)];

            Assert.Equal(Match<ScalarTags>(bucket, tag), Match<VectorTags>(bucket, tag));
        }
    }

    [Fact]
    public void Index_RandomAddsAndRemoves_HoldsWhatADictionaryHolds()
    {
        AgreesWithDictionary<VectorTags>(keys: 3_000, bitsOfHash: 64);
        AgreesWithDictionary<ScalarTags>(keys: 3_000, bitsOfHash: 64);
    }

    [Fact]
    public void Index_HashesThatCollide_StillHoldsEverything()
    {
        // Few bits of hash left: every key of one tag, in a handful of buckets and long chains.
        AgreesWithDictionary<VectorTags>(keys: 400, bitsOfHash: 2);
        AgreesWithDictionary<ScalarTags>(keys: 400, bitsOfHash: 0);
    }

    [Fact]
    public void BucketAtCursor_IndexThatGrowsAndShrinks_SeesWhatIsThereThroughout()
    {
        var random = new Random(3);
        for (var round = 0; round < 50; round++)
        {
            using var world = new World<VectorTags>(64);
            var throughout = Enumerable.Range(0, 300).ToList();
            throughout.ForEach(world.Add);
            var passing = 300;
            var seen = new HashSet<uint>();
            var references = new List<uint>();
            uint cursor = 0;
            do
            {
                references.Clear();
                world.Index.CopyReferences(world.Index.BucketAtCursor(cursor, out cursor), references);
                seen.UnionWith(references);
                for (var change = random.Next(60); change > 0; change--)
                {
                    if (round % 2 == 0 || passing == 300)
                    {
                        world.Add(passing++);
                    }
                    else
                    {
                        world.Remove(--passing);
                    }
                }
            }
            while (cursor != 0);

            Assert.All(throughout, key => Assert.Contains(world.References[key], seen));
        }
    }

    [Fact]
    public void Clear_FullIndex_GivesAllMemoryBack()
    {
        using var world = new World<VectorTags>(4);
        for (var key = 0; key < 2_000; key++)
        {
            world.Add(key);
        }

        var entries = world.References.Values.Sum(reference => world.Arena.SlotBytes(world.Arena.ClassOf(reference)));
        world.Index.Clear();

        Assert.Equal(entries, world.Arena.UsedBytes);
        world.Arena.Validate();
    }

    private static unsafe uint Match<TTags>(Span<byte> bucket, byte tag)
        where TTags : struct, ITagMatcher
    {
        fixed (byte* at = bucket)
        {
            return new Bucket(at).Match<TTags>(tag);
        }
    }

    private static void AgreesWithDictionary<TTags>(int keys, int bitsOfHash)
        where TTags : struct, ITagMatcher
    {
        using var world = new World<TTags>(bitsOfHash);
        var random = new Random(2);
        for (var step = 0; step < keys * 12; step++)
        {
            // The first half mostly grows, the second half mostly shrinks.
            var key = random.Next(keys);
            if (random.Next(10) < (step < keys * 6 ? 7 : 2))
            {
                world.Add(key);
            }
            else
            {
                world.Remove(key);
            }

            if (step % (keys / 4) == 0)
            {
                world.Check(keys);
            }
        }

        world.Check(keys);
    }

    /// <summary>An index over entries whose keys are numbers, and a dictionary of the same.</summary>
    private sealed class World<TTags> : IDisposable
        where TTags : struct, ITagMatcher
    {
        private readonly SlabPool _pool = new(32 * 1024 * 1024);
        private readonly KeyHash _hash;

        public World(int bitsOfHash)
        {
            _hash = new KeyHash(42, bitsOfHash);
            Arena = new CacheArena(_pool, 1024);
            Index = new ShardIndex<TTags>(Arena, _hash);
        }

        public CacheArena Arena { get; }

        public ShardIndex<TTags> Index { get; }

        public Dictionary<int, uint> References { get; } = [];

        public void Add(int key)
        {
            if (References.ContainsKey(key))
            {
                return;
            }

            Assert.True(Arena.TryAllocate(Arena.Sizes.ClassOf(32), out var reference));
            Arena.Entry(reference).Write(KeyOf(key), [], large: 0, version: 1, new EntryTimes(EntryLayout.Never, 0), now: 0, isNew: true);
            Assert.True(Index.TryAdd(_hash.Of(KeyOf(key)), reference));
            References[key] = reference;
            Index.TryGrow(out _, out _);
        }

        public void Remove(int key)
        {
            if (References.Remove(key, out var reference))
            {
                Assert.True(Index.Remove(_hash.Of(KeyOf(key)), reference));
                Arena.Free(reference);
                Index.TryShrink(out _, out _);
            }
        }

        public void Check(int keys)
        {
            Assert.Equal(References.Count, Index.Count);
            for (var key = 0; key < keys; key++)
            {
                Assert.Equal(References.TryGetValue(key, out var expected), Index.TryFind(_hash.Of(KeyOf(key)), KeyOf(key), out var found));
                Assert.Equal(expected, found);
            }

            Arena.Validate();
        }

        public void Dispose() => _pool.Dispose();

        private static byte[] KeyOf(int key)
        {
            var bytes = new byte[4];
            BinaryPrimitives.WriteInt32LittleEndian(bytes, key);
            return bytes;
        }
    }
}
