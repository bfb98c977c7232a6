using Orleans.Cache.Cli.Connection;

namespace Orleans.Cache.Cli.Tests.Connection;

public sealed class GatewayAddressTests
{
    [Theory]
    [InlineData("localhost:30000", "localhost", 30000)]
    [InlineData("10.0.0.7:1", "10.0.0.7", 1)]
    [InlineData("silo-0.grid.svc.cluster.local:65535", "silo-0.grid.svc.cluster.local", 65535)]
    [InlineData("[::1]:30000", "::1", 30000)]
    public void TryParse_Gateway_IsHostAndPort(string text, string host, int port)
    {
        Assert.True(GatewayAddress.TryParse(text, out var address, out _));

        Assert.Equal(new GatewayAddress(host, port), address);
        Assert.Equal(text, address.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("localhost")]
    [InlineData(":30000")]
    [InlineData("::1:30000")]
    [InlineData("[localhost]:30000")]
    [InlineData("http://localhost:30000")]
    [InlineData("a b:30000")]
    public void TryParse_NoHostAndPort_SaysWhatWasExpected(string text)
    {
        Assert.False(GatewayAddress.TryParse(text, out _, out var error));

        Assert.Equal($"'{text}' is no gateway. Expected host:port, such as localhost:30000, 10.0.0.7:30000 or [::1]:30000.", error);
    }

    [Theory]
    [InlineData("localhost:", "")]
    [InlineData("localhost:0", "0")]
    [InlineData("localhost:65536", "65536")]
    [InlineData("localhost:http", "http")]
    [InlineData("localhost:-1", "-1")]
    public void TryParse_BadPort_NamesIt(string text, string port)
    {
        Assert.False(GatewayAddress.TryParse(text, out _, out var error));

        Assert.Equal($"'{text}' is no gateway: '{port}' is no port. Expected host:port with a port of 1 to 65535, such as localhost:30000.", error);
    }
}
