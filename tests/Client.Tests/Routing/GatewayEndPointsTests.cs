using Orleans.Cache.Client.Routing;

namespace Orleans.Cache.Client.Tests.Routing;

public sealed class GatewayEndPointsTests
{
    [Theory]
    [InlineData("localhost:30000", "localhost", 30000)]
    [InlineData("cache-0.example.org:1", "cache-0.example.org", 1)]
    [InlineData("10.0.0.1:65535", "10.0.0.1", 65535)]
    [InlineData("[::1]:30000", "::1", 30000)]
    public void TryParse_Gateway_GivesHostAndPort(string text, string host, int port)
    {
        Assert.True(GatewayEndPoints.TryParse(text, out var gateway));
        Assert.Equal((host, port), (gateway.Host, gateway.Port));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("localhost")]
    [InlineData(":30000")]
    [InlineData("localhost:")]
    [InlineData("localhost:0")]
    [InlineData("localhost:65536")]
    [InlineData("localhost:-1")]
    [InlineData("local host:30000")]
    public void TryParse_AnythingElse_IsRefused(string? text) => Assert.False(GatewayEndPoints.TryParse(text, out _));

    [Fact]
    public async Task Resolve_Localhost_PrefersTheAddressThatSilosListenOn() =>
        Assert.Equal(["127.0.0.1:30000"], (await GatewayEndPoints.ResolveAsync(["localhost:30000"])).Select(endpoint => endpoint.ToString()));
}
