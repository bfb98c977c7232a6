using Orleans.Cache.Engine.Topology;

namespace Orleans.Cache.Engine.Tests.Topology;

public sealed class RingMemberTests
{
    [Theory]
    [InlineData(0.01)]
    [InlineData(1)]
    [InlineData(100)]
    public void Validate_WeightWithinTheLimits_Passes(double weight) => new RingMember("a", weight, string.Empty).Validate();

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(0.0099)]
    [InlineData(100.01)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Validate_WeightOutsideTheLimits_NamesSiloAndLimits(double weight)
    {
        var thrown = Assert.Throws<ArgumentException>(() => new RingMember("pod-7", weight, string.Empty).Validate());

        Assert.Contains("'pod-7'", thrown.Message, StringComparison.Ordinal);
        Assert.Contains("0.01 to 100", thrown.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(129)]
    public void Validate_NameOfAWrongLength_SaysTheLimits(int length)
    {
        var thrown = Assert.Throws<ArgumentException>(() => new RingMember(new string('n', length), 1, string.Empty).Validate());

        Assert.Contains("1 to 128 characters", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Validate_LongestName_Passes() => new RingMember(new string('鍵', RingMember.MaxNameLength), 1, string.Empty).Validate();

    [Fact]
    public void Validate_NullZone_IsRefused() => Assert.Throws<ArgumentException>(static () => new RingMember("a", 1, null!).Validate());
}
