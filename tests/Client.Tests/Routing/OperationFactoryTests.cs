using Orleans.Cache.Client.Routing;
using Orleans.Cache.Engine.Batches;

namespace Orleans.Cache.Client.Tests.Routing;

public sealed class OperationFactoryTests
{
    private static readonly CacheLimits Limits = new();

    [Fact]
    public void Set_WithOptions_CarriesThemInMilliseconds()
    {
        var options = new CacheSetOptions
        {
            TimeToLive = TimeSpan.FromSeconds(3),
            SlidingExpiration = Timeout.InfiniteTimeSpan,
            Condition = CacheCondition.IfVersion(7),
        };

        var header = OperationFactory.Set("käse", new byte[10], options, Limits).Header;

        Assert.Equal(OperationKind.Set, header.Kind);
        Assert.Equal(5, header.KeyLength);
        Assert.Equal(10, header.ValueLength);
        Assert.Equal(3000, header.TimeToLive);
        Assert.Equal(ShardOperation.Forever, header.SlidingExpiration);
        Assert.Equal(((byte)CacheConditionKind.IfVersion, 7L), (header.Condition, header.Argument));
    }

    [Fact]
    public void Set_WithoutOptions_LeavesExpiryToTheCache()
    {
        var header = OperationFactory.Set("key", default, default, Limits).Header;

        Assert.Equal((0L, 0L, (byte)0), (header.TimeToLive, header.SlidingExpiration, header.Condition));
    }

    [Theory]
    [InlineData(1024, true)]
    [InlineData(1025, false)]
    public void Get_KeyAtTheLimit_IsTakenAndOneByteMoreIsNot(int bytes, bool taken)
    {
        var key = new string('k', bytes);

        if (taken)
        {
            Assert.Equal(bytes, OperationFactory.Get(key, Limits).Header.KeyLength);
        }
        else
        {
            var error = Assert.Throws<CacheRequestException>(() => OperationFactory.Get(key, Limits));
            Assert.Equal(CacheErrorCode.InvalidKey, error.Code);
            Assert.Contains("1025 bytes; the limit is 1024", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void CheckAgain_OperationMadeBeforeTheLimitsWereKnown_IsRefused()
    {
        var wide = GridSnapshot.None.Limits;
        Operation[] longKey = [OperationFactory.Get(new string('k', 2000), wide)];
        Operation[] largeValue = [OperationFactory.Set("key", new byte[2_000_000], default, wide)];
        Operation[] fine = [OperationFactory.Get("key", wide)];

        OperationFactory.CheckAgain(fine, Limits);
        Assert.Equal(CacheErrorCode.InvalidKey, Assert.Throws<CacheRequestException>(() => OperationFactory.CheckAgain(longKey, Limits)).Code);
        Assert.Equal(CacheErrorCode.ValueTooLarge, Assert.Throws<CacheRequestException>(() => OperationFactory.CheckAgain(largeValue, Limits)).Code);
    }

    [Fact]
    public void CheckBatch_SameKeyAsTextAndAsBytes_NamesBothPositions()
    {
        Operation[] batch = [OperationFactory.Remove("a", Limits), OperationFactory.Remove("b", Limits), OperationFactory.Remove("a"u8.ToArray(), Limits)];

        var error = Assert.Throws<CacheRequestException>(() => OperationFactory.CheckBatch(batch, Limits));

        Assert.Equal(CacheErrorCode.DuplicateKey, error.Code);
        Assert.Contains("positions 0 and 2", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void CheckBatch_SameKeyReadTwice_IsFine()
    {
        Operation[] batch = [OperationFactory.Get("a", Limits), OperationFactory.Get("a", Limits)];

        OperationFactory.CheckBatch(batch, Limits);
    }

    [Fact]
    public void OnlyWhatWouldDoHarmTwice_HasAMark_AndMayBeRepeatedByThat()
    {
        var conditional = new CacheSetOptions { Condition = CacheCondition.IfAbsent };

        Assert.True(OperationFactory.Get("key", Limits).IsRepeatable);
        Assert.True(OperationFactory.Set("key", default, default, Limits).IsRepeatable);
        Assert.True(OperationFactory.Remove("key", Limits).IsRepeatable);
        Operation[] plain = [OperationFactory.Get("key", Limits), OperationFactory.Set("key", default, default, Limits), OperationFactory.Remove("key", Limits)];
        Operation[] marked = [OperationFactory.Set("key", default, conditional, Limits), OperationFactory.Increment("key", 1, default, Limits)];
        Assert.All(plain, static operation => Assert.Equal((0, true), (operation.Header.Mark, operation.DoesNoHarmTwice)));
        Assert.All(marked, static operation => Assert.True(operation is { IsRepeatable: true, DoesNoHarmTwice: false, Header.Mark: not 0 }));
        Assert.NotEqual(marked[0].Header.Mark, marked[1].Header.Mark);
    }
}
