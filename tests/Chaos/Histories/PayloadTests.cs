using Orleans.Cache.Chaos.Histories;

namespace Orleans.Cache.Chaos.Tests.Histories;

public sealed class PayloadTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    public void NumberOf_AValueOfTheKey_IsItsNumber(int length) => Assert.Equal(7, Payload.NumberOf("key", Payload.Of("key", 7, length)));

    [Fact]
    public void NumberOf_AValueOfAnotherKey_IsNone() => Assert.Null(Payload.NumberOf("other", Payload.Of("key", 7, 100)));

    [Fact]
    public void NumberOf_AValueWithOneByteChanged_IsNone()
    {
        var value = Payload.Of("key", 7, 100);
        value[50] ^= 1;

        Assert.Null(Payload.NumberOf("key", value));
    }

    [Fact]
    public void NumberOf_TooFewBytes_IsNone() => Assert.Null(Payload.NumberOf("key", [1, 2, 3]));
}
