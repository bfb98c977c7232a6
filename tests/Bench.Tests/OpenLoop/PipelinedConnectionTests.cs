using System.Net;
using System.Net.Sockets;
using System.Text;
using Orleans.Cache.GridBench;
using Orleans.Cache.GridBench.OpenLoop;
using Orleans.Cache.GridBench.Sockets;

namespace Orleans.Cache.Bench.Tests.OpenLoop;

public sealed class PipelinedConnectionTests : IDisposable
{
    private const int Callers = 50;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly byte[] Reply = "VA 3\r\nxxx\r\n"u8.ToArray();
    private static readonly int RequestBytes = "mg key:000000000000 v\r\n"u8.Length;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public PipelinedConnectionTests() => _listener.Start();

    public void Dispose() => _listener.Dispose();

    [Fact]
    public async Task ReadAsync_OfManyCallers_AsksForEveryKeyAndEndsWithItsReply()
    {
        await using var connection = Connect();
        using var server = await _listener.AcceptSocketAsync();

        var reads = Enumerable.Range(0, Callers).Select(key => connection.ReadAsync(key).AsTask()).ToArray();
        var asked = await ReceiveAsync(server, Callers * RequestBytes);

        Assert.Equal(string.Concat(Enumerable.Range(0, Callers).Select(static key => $"mg key:{key:D12} v\r\n")), asked);

        // One byte at a time would be the hardest; a piece that is not a divisor of a reply is as hard, and faster.
        byte[] replies = [.. Enumerable.Repeat(Reply, Callers).SelectMany(static reply => reply)];
        foreach (var piece in replies.Chunk(7))
        {
            await server.SendAsync(piece);
        }

        await Task.WhenAll(reads).WaitAsync(Patience);
    }

    [Fact]
    public async Task ReadAsync_WhenTheServerGoes_EndsInAnError()
    {
        await using var connection = Connect();
        var server = await _listener.AcceptSocketAsync();
        var read = connection.ReadAsync(1).AsTask();
        await ReceiveAsync(server, RequestBytes);

        server.Dispose();

        await Assert.ThrowsAsync<BenchException>(() => read.WaitAsync(Patience));
        await Assert.ThrowsAsync<BenchException>(() => connection.ReadAsync(2).AsTask());
    }

    [Fact]
    public async Task ReadAsync_WhenTheReplyIsAMiss_EndsInAnError()
    {
        await using var connection = Connect();
        using var server = await _listener.AcceptSocketAsync();
        var read = connection.ReadAsync(1).AsTask();
        await ReceiveAsync(server, RequestBytes);

        await server.SendAsync("EN\r\n"u8.ToArray());

        await Assert.ThrowsAsync<BenchException>(() => read.WaitAsync(Patience));
    }

    private static async Task<string> ReceiveAsync(Socket server, int count)
    {
        var received = new byte[count];
        for (var filled = 0; filled < count;)
        {
            filled += await server.ReceiveAsync(received.AsMemory(filled)).AsTask().WaitAsync(Patience);
        }

        return Encoding.ASCII.GetString(received);
    }

    private PipelinedConnection Connect() => new(((IPEndPoint)_listener.LocalEndpoint).Port, new MemcachedProtocol(Reply.Length - "VA 3\r\n\r\n"u8.Length));
}
