using System.Net;
using Orleans.Cache.Client.Routing;

namespace Orleans.Cache.Client.Tests.Routing;

public sealed class LiveGatewaysTests
{
    private static readonly IPEndPoint First = new(IPAddress.Loopback, 30000);
    private static readonly IPEndPoint Second = new(IPAddress.Loopback, 30001);

    private readonly LiveGateways _live = new();

    [Fact]
    public void Offer_Gateway_IsLiveWhenItIsOfferedAgain()
    {
        _live.Offer([First]);
        Assert.False(_live.Contains(First));

        _live.Offer([First, Second]);
        Assert.True(_live.Contains(First));
        Assert.False(_live.Contains(Second));

        _live.Offer([First, Second]);
        Assert.True(_live.Contains(Second));
    }

    [Fact]
    public void Offer_WithoutAGateway_EndsIt()
    {
        _live.Offer([First, Second]);
        _live.Offer([First, Second]);

        _live.Offer([First]);

        Assert.True(_live.Contains(First));
        Assert.False(_live.Contains(Second));
    }

    [Fact]
    public void Avoid_Gateway_KeepsItAwayUntilItWasOfferedThreeTimes()
    {
        _live.Offer([First, Second]);
        _live.Offer([First, Second]);

        _live.Avoid(First);

        Assert.False(_live.Contains(First));
        Assert.True(_live.Contains(Second));
        _live.Offer([First, Second]);
        _live.Offer([First, Second]);
        Assert.False(_live.Contains(First));
        _live.Offer([First, Second]);
        Assert.True(_live.Contains(First));
    }
}
