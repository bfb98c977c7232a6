using Orleans.Cache.Client.Tests.Lanes;

namespace Orleans.Cache.Client.Tests.Routing;

public sealed class NodeReferencesTests : IDisposable
{
    private readonly LaneFixture _client = new();

    public void Dispose() => _client.Dispose();

    [Fact]
    public void Resolve_AnotherRunOfASilo_GoesTheOtherWayUntilItsGatewayWasOfferedThreeTimes()
    {
        var before = _client.Current.Nodes[0];
        Assert.Same(_client.Door, before.Door);

        // Restarted so fast that no list of gateways was without it.
        var descriptor = before.Descriptor with { Address = SiloAddress.New(before.Descriptor.Address.Endpoint, before.Descriptor.Address.Generation + 1) };
        var after = Assert.Single(_client.References.Resolve([descriptor]));

        Assert.NotSame(before, after);
        foreach (var expected in new[] { _client.Relayed, _client.Relayed, _client.Door })
        {
            _client.Gateways.Offer([descriptor.Gateway!.Endpoint]);
            Assert.Same(expected, after.Door);
        }
    }

    [Fact]
    public void Resolve_TheSameRun_KeepsItsWay()
    {
        var before = _client.Current.Nodes[0];

        var after = Assert.Single(_client.References.Resolve([before.Descriptor]));

        Assert.Same(before, after);
        Assert.Same(_client.Door, after.Door);
    }
}
