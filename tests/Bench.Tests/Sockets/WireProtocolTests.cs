using System.Text;
using Orleans.Cache.GridBench;
using Orleans.Cache.GridBench.Sockets;

namespace Orleans.Cache.Bench.Tests.Sockets;

public sealed class WireProtocolTests
{
    private const int ValueBytes = 5;

    private static readonly Dictionary<string, IWireProtocol> Protocols = new()
    {
        ["memcached"] = new MemcachedProtocol(ValueBytes),
        ["redis"] = new RespProtocol(ValueBytes),
    };

    [Theory]
    [InlineData("memcached", "mg key:000000000042 v\r\n")]
    [InlineData("redis", "*2\r\n$3\r\nGET\r\n$16\r\nkey:000000000042\r\n")]
    public void WriteGet_Key_IsTheServersCommand(string protocol, string expected) =>
        Assert.Equal(expected, Written(Protocols[protocol], static (one, destination) => one.WriteGet(destination, 42)));

    [Theory]
    [InlineData("memcached", "ms key:000000000042 5\r\nxxxxx\r\n")]
    [InlineData("redis", "*3\r\n$3\r\nSET\r\n$16\r\nkey:000000000042\r\n$5\r\nxxxxx\r\n")]
    public void WriteSet_Key_IsTheServersCommand(string protocol, string expected) =>
        Assert.Equal(expected, Written(Protocols[protocol], static (one, destination) => one.WriteSet(destination, 42)));

    [Theory]
    [InlineData("memcached", "VA 5\r\nxxxxx\r\n")]
    [InlineData("memcached", "HD\r\n")]
    [InlineData("redis", "$5\r\nxxxxx\r\n")]
    [InlineData("redis", "+OK\r\n")]
    public void TakeReply_InPieces_IsTakenWhenItIsComplete(string protocol, string reply)
    {
        var received = Encoding.ASCII.GetBytes(reply + reply);
        for (var length = 0; length < reply.Length; length++)
        {
            Assert.Equal(0, Protocols[protocol].TakeReply(received.AsSpan(0, length)));
        }

        Assert.Equal(reply.Length, Protocols[protocol].TakeReply(received.AsSpan(0, reply.Length)));
        Assert.Equal(reply.Length, Protocols[protocol].TakeReply(received));
    }

    [Theory]
    [InlineData("memcached", "EN\r\n")]
    [InlineData("memcached", "VA 6\r\nxxxxxx\r\n")]
    [InlineData("memcached", "SERVER_ERROR out of memory storing object\r\n")]
    [InlineData("redis", "$-1\r\n")]
    [InlineData("redis", "$55\r\n")]
    [InlineData("redis", "-OOM command not allowed\r\n")]
    public void TakeReply_MissOrErrorOrOtherLength_IsRefused(string protocol, string reply)
    {
        var received = Encoding.ASCII.GetBytes(reply);

        Assert.Throws<BenchException>(() => Protocols[protocol].TakeReply(received));
    }

    private static string Written(IWireProtocol protocol, Func<IWireProtocol, byte[], int> write)
    {
        var destination = new byte[protocol.MaxRequestBytes];
        return Encoding.ASCII.GetString(destination, 0, write(protocol, destination));
    }
}
