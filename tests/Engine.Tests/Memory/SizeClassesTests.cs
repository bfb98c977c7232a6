using Orleans.Cache.Engine.Memory;

namespace Orleans.Cache.Engine.Tests.Memory;

public sealed class SizeClassesTests
{
    [Theory]
    [InlineData(8, 65_536)]
    [InlineData(16, 4_096)]
    [InlineData(64, 16_384)]
    public void ClassOf_EverySize_IsTheSmallestThatFits(int unit, int largest)
    {
        var classes = new SizeClasses(unit, largest);

        for (var bytes = 1; bytes <= largest; bytes++)
        {
            var index = classes.ClassOf(bytes);
            Assert.True(classes.SizeOf(index) >= bytes);
            Assert.True(index == 0 || classes.SizeOf(index - 1) < bytes);
        }
    }

    [Fact]
    public void SizeOf_NeighbouringClasses_AreAnEighthApartAtMost()
    {
        var classes = new SizeClasses(8, 65_536);

        for (var index = 1; index < classes.Count; index++)
        {
            var step = classes.SizeOf(index) - classes.SizeOf(index - 1);
            Assert.True(step == 8 || step <= classes.SizeOf(index - 1) * 0.125);
            Assert.Equal(0, classes.SizeOf(index) % 8);
        }
    }
}
