using Orleans.Cache.Engine.Topology;

namespace Orleans.Cache.Engine.Tests.Topology;

public sealed class RingPositionTests
{
    [Theory]
    [InlineData(10UL, 25UL, 15UL)]
    [InlineData(25UL, 10UL, ulong.MaxValue - 14)]
    [InlineData(7UL, 7UL, 0UL)]
    [InlineData(ulong.MaxValue, 0UL, 1UL)]
    public void DistanceTo_AnotherPosition_IsClockwise(ulong from, ulong to, ulong distance)
    {
        Assert.Equal(distance, new RingPosition(from).DistanceTo(new RingPosition(to)));
        Assert.Equal(new RingPosition(to), new RingPosition(from).Clockwise(distance));
    }

    [Theory]
    [InlineData(0, 1, 0UL)]
    [InlineData(1, 2, 1UL << 63)]
    [InlineData(3, 4, 3UL << 62)]
    [InlineData(16_383, 16_384, 16_383UL << 50)]
    public void Divide_EqualSectors_IsWhereOneBegins(int sector, int sectors, ulong position)
    {
        Assert.Equal(new RingPosition(position), RingPosition.Divide(sector, sectors));
        Assert.Equal((double)sector / sectors, RingPosition.Divide(sector, sectors).ToFraction());
    }

    [Fact]
    public void CompareTo_Positions_OrdersFromZero() =>
        Assert.Equal(
            [new(0), new(1), new(1UL << 63), new(ulong.MaxValue)],
            new RingPosition[] { new(ulong.MaxValue), new(1), new(1UL << 63), new(0) }.Order());

    [Fact]
    public void ToString_AnyPosition_HasSixteenDigits() => Assert.Equal("000000000000002a", new RingPosition(42).ToString());
}
