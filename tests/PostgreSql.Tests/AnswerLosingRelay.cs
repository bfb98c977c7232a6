using System.Net;
using System.Net.Sockets;

namespace Orleans.Cache.PostgreSql.Tests;

/// <summary>Stands between client and server, and breaks the connection once the server has answered, before the answer is passed on.</summary>
internal sealed class AnswerLosingRelay : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly string _serverSocket;
    private readonly Task _accepting;
    private volatile bool _losesAnswers;

    public AnswerLosingRelay(string serverSocket)
    {
        _serverSocket = serverSocket;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public void LoseAnswers() => _losesAnswers = true;

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _accepting;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = RelayAsync(await _listener.AcceptSocketAsync());
            }
        }
        catch (SocketException)
        {
            // Stopped.
        }
    }

    private async Task RelayAsync(Socket client)
    {
        using var _ = client;
        using var server = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await server.ConnectAsync(new UnixDomainSocketEndPoint(_serverSocket));
        await Task.WhenAny(CopyAsync(client, server, isAnswer: false), CopyAsync(server, client, isAnswer: true));
    }

    private async Task CopyAsync(Socket from, Socket to, bool isAnswer)
    {
        var buffer = new byte[64 << 10];
        while (await from.ReceiveAsync(buffer) is var received and > 0 && !(isAnswer && _losesAnswers))
        {
            await to.SendAsync(buffer.AsMemory(0, received));
        }
    }
}
