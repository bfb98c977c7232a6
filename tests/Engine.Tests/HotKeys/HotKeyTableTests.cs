using System.Text;
using Orleans.Cache.Engine.Batches;
using Orleans.Cache.Engine.HotKeys;
using Orleans.Cache.Engine.Memory;
using Orleans.Cache.TestKit;

namespace Orleans.Cache.Engine.Tests.HotKeys;

/// <summary>When keys become hot, and when they cease to be.</summary>
public sealed class HotKeyTableTests : IDisposable
{
    /// <summary>Samples are drawn: so many reads that what comes of them does not depend on luck.</summary>
    private const int Scale = 10;

    private const int Threshold = 10_000 * Scale;
    private static readonly byte[] Key = "key"u8.ToArray();
    private const ulong Hash = 0xABCD_EF01_2345_6789;

    private readonly int[] _ownPartition = [0];
    private readonly ManualTimeProvider _time = new();
    private readonly ValueBuffer _values = new();
    private readonly HotKeyTable _table;

    public HotKeyTableTests() => _table = new HotKeyTable(new HotKeyRules(Threshold), _time);

    [Fact]
    public void Key_ReadAboveTheThreshold_BecomesHot_AndItsReadsSaySo()
    {
        Assert.False(Read(1));
        Second(reads: 12_000);
        Second(reads: 12_000);
        Assert.True(Read(1));
        var hot = Assert.Single(_table.Hot);
        Assert.Equal(Key, hot.Key);
        Assert.InRange(hot.ReadsPerSecond, 11_000 * Scale, 13_000 * Scale);
        Assert.Equal(1, _table.Promoted);
    }

    [Fact]
    public void Key_ReadBelowTheThreshold_StaysWhatItIs()
    {
        for (var second = 0; second < 10; second++)
        {
            Second(reads: 9_000);
        }

        Assert.Empty(_table.Hot);
        Assert.False(Read(1));
    }

    [Fact]
    public void HotKey_AboveHalfOfTheThreshold_StaysHot_AndBelowItCoolsDown()
    {
        MakeHot();
        for (var second = 0; second < 30; second++)
        {
            Second(reads: 6_000);
        }

        Assert.Single(_table.Hot);

        // The smoothed rate falls below half within a second; then it must stay there for five.
        Second(reads: 1_000);
        for (var second = 0; second < 3; second++)
        {
            Second(reads: 1_000);
            Assert.Single(_table.Hot);
        }

        Second(reads: 1_000);
        Assert.Empty(_table.Hot);
        Assert.False(Read(1));
        Assert.Equal(1, _table.Demoted);
    }

    [Fact]
    public void HotKey_ThatComesBackInTime_DoesNotCoolDown()
    {
        MakeHot();
        for (var round = 0; round < 5; round++)
        {
            for (var second = 0; second < 4; second++)
            {
                Second(reads: 0);
            }

            Second(reads: 40_000);
        }

        Assert.Single(_table.Hot);
        Assert.Equal(0, _table.Demoted);
    }

    [Fact]
    public void HotKey_WhoseReadsAreAnsweredByCopies_StaysHot()
    {
        MakeHot();
        for (var second = 0; second < 10; second++)
        {
            _table.OnCopyReads(Hash, 8_000 * Scale);
            Second(reads: 4_000);
        }

        Assert.InRange(Assert.Single(_table.Hot).ReadsPerSecond, 11_000 * Scale, 13_000 * Scale);
    }

    [Fact]
    public void Key_ThatIsWrittenMuch_DoesNotBecomeHot_AndAHotOneCoolsDown()
    {
        for (var second = 0; second < 5; second++)
        {
            Second(reads: 20_000, writes: 4_000);
        }

        Assert.Empty(_table.Hot);
        MakeHot();
        for (var second = 0; second < 10; second++)
        {
            Second(reads: 20_000, writes: 3_000);
        }

        Assert.Single(_table.Hot);
        for (var second = 0; second < 10; second++)
        {
            Second(reads: 20_000, writes: 6_000);
        }

        Assert.Empty(_table.Hot);
    }

    [Fact]
    public void PinnedKey_IsHotAtOnce_AndUntilItIsUnpinned()
    {
        Assert.True(_table.Pin(Hash, Key, isPinned: true));
        Assert.True(Read(1));
        for (var second = 0; second < 20; second++)
        {
            Second(reads: 0);
        }

        Assert.True(Assert.Single(_table.Hot).IsPinned);
        Assert.True(_table.Pin(Hash, Key, isPinned: false));
        for (var second = 0; second < 6; second++)
        {
            Second(reads: 0);
        }

        Assert.False(Read(1));
        Assert.Empty(_table.Tracked);
    }

    [Fact]
    public void Pins_AboveTheLimit_AreRefused()
    {
        for (var key = 0; key < HotKeyTable.MostPinned; key++)
        {
            Assert.True(_table.Pin((ulong)key, BitConverter.GetBytes(key), isPinned: true));
        }

        Assert.False(_table.Pin(Hash, Key, isPinned: true));
        Assert.True(_table.Pin(0, BitConverter.GetBytes(0), isPinned: false));
        Assert.True(_table.Pin(Hash, Key, isPinned: true));
    }

    [Fact]
    public void LargeValue_IsNeverSaidToBeHot()
    {
        MakeHot();
        Assert.True(Read(1, Hash, Key, HotKeyRules.MostValueBytes));
        Assert.False(Read(1, Hash, Key, HotKeyRules.MostValueBytes + 1));
    }

    [Fact]
    public void Reads_ThatFindNothing_CountForNothing()
    {
        for (var second = 0; second < 3; second++)
        {
            for (var read = 0; read < 20_000; read++)
            {
                var result = new ShardResult { Status = OperationStatus.NotFound };
                Read(Hash, Key, ref result);
            }

            Tick();
        }

        Assert.Empty(_table.Tracked);
    }

    [Fact]
    public void HotKeyAmongMany_IsFound_AndTheOthersAreNot()
    {
        var random = new Random(5);
        var others = Enumerable.Range(0, 50_000).Select(key => ((ulong)random.NextInt64() << 1, Encoding.UTF8.GetBytes($"other{key}"))).ToArray();
        for (var second = 0; second < 4; second++)
        {
            for (var read = 0; read < 1_500_000; read++)
            {
                var (hash, key) = others[random.Next(others.Length)];
                Read(1, hash, key);
                if (read % 10 == 0)
                {
                    Read(1);
                }
            }

            Tick();
        }

        Assert.Equal(Key, Assert.Single(_table.Hot).Key);
    }

    [Fact]
    public void TrackedKeys_AreNotMoreThanTheLimit()
    {
        for (var second = 0; second < 3; second++)
        {
            for (var key = 0; key < 150; key++)
            {
                Read(20_000 * Scale, 0x9E37_79B9_7F4A_7C15 * (ulong)(key + 1), BitConverter.GetBytes(key));
            }

            Tick();
        }

        Assert.InRange(_table.Tracked.Count, 1, HotKeyTable.MostTracked);
        Assert.InRange(_table.Hot.Count, 1, HotKeyTable.MostTracked);
    }

    [Fact]
    public void Read_OfWhatIsKnown_AllocatesNothing()
    {
        MakeHot();
        Read(100);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Read(10_000);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void Samples_AreOneOf64_OfEachOfTwoThatTakeTurns()
    {
        var samples = new int[2];
        for (var read = 0; read < 1_280_000; read++)
        {
            samples[read % 2] += HotSampling.IsDue() ? 1 : 0;
        }

        Assert.All(samples, count => Assert.InRange(count, 9_500, 10_500));
    }

    [Fact]
    public void Samples_AreOneOf64_HoweverManyReadsComeTogether()
    {
        var random = new Random(3);
        var (samples, reads) = (0, 0);
        while (reads < 3_200_000)
        {
            var together = random.Next(1, 65);
            reads += together;
            for (var position = HotSampling.First(together); position < together; position = HotSampling.Next(position, together))
            {
                samples++;
            }
        }

        Assert.InRange(samples, reads / 64 * 0.98, reads / 64 * 1.02);
    }

    /// <inheritdoc/>
    public void Dispose() => _values.Dispose();

    private void MakeHot()
    {
        Second(reads: 20_000);
        Second(reads: 20_000);
        Assert.Single(_table.Hot);
    }

    private void Second(int reads, int writes = 0)
    {
        Read(reads * Scale);
        for (var write = 0; write < writes * Scale; write++)
        {
            _table.OnWrite(Hash);
        }

        Tick();
    }

    private void Tick()
    {
        _time.Advance(TimeSpan.FromSeconds(1));
        _table.Tick();
    }

    private bool Read(int times) => Read(times, Hash, Key);

    private bool Read(int times, ulong hash, byte[] key, int valueLength = 100)
    {
        var isHot = false;
        for (var read = 0; read < times; read++)
        {
            var result = new ShardResult { Status = OperationStatus.Done, ValueLength = valueLength };
            Read(hash, key, ref result);
            isHot = result.IsHot;
        }

        return isHot;
    }

    private void Read(ulong hash, byte[] key, ref ShardResult result)
    {
        var get = new ShardOperation { Kind = OperationKind.Get, KeyLength = (ushort)key.Length };
        _table.OnReads(new ShardBatch(new ReadOnlySpan<ShardOperation>(in get), key, new Span<ShardResult>(ref result), _values), 0, new ReadOnlySpan<ulong>(in hash), _ownPartition);
    }
}
