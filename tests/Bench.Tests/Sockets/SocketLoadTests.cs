using System.Net;
using System.Net.Sockets;
using System.Text;
using Orleans.Cache.GridBench.Floor;
using Orleans.Cache.GridBench.Scenarios;
using Orleans.Cache.GridBench.Sides;
using Orleans.Cache.GridBench.Sockets;

namespace Orleans.Cache.Bench.Tests.Sockets;

public sealed class SocketLoadTests
{
    private const double Seconds = 0.05;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData(1, 1, 100)]
    [InlineData(8, 64, 100)]
    // More than a socket takes at once, both ways.
    [InlineData(2, 1000, 10_000)]
    public async Task Run_AgainstTheEcho_CountsWholeMessages(int connections, int keys, int valueBytes)
    {
        foreach (var operation in new[] { LoadOperation.Get, LoadOperation.Set })
        {
            var order = new SocketLoadOrder(SideKind.SocketEcho, await StartEchoAsync(), new Load(operation, connections, keys, valueBytes), Seconds);

            var result = await Task.Run(() => SocketLoad.Run(order)).WaitAsync(Patience);

            Assert.True(result.Operations >= connections * keys);
            Assert.Equal(0, result.Operations % keys);
            Assert.True(result.Seconds >= Seconds);
            Assert.True(result.Latency.P50 > 0);
        }
    }

    [Fact]
    public async Task Run_WithoutTime_WritesEveryKeyOnce()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var sets = new HashSet<string>(StringComparer.Ordinal);
        _ = ServeSetsAsync(listener, sets);
        var order = new SocketLoadOrder(SideKind.Memcached, ((IPEndPoint)listener.LocalEndpoint).Port, new Load(LoadOperation.Set, 1), 0);

        var result = await Task.Run(() => SocketLoad.Run(order)).WaitAsync(Patience);

        Assert.Equal(DataSet.Keys, result.Operations);
        Assert.Equal(DataSet.Keys, sets.Count);
    }

    private static Task<int> StartEchoAsync()
    {
        var port = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);

        // Serves until the process of the tests ends.
        new Thread(() => SocketEchoServer.Run(port.SetResult)) { IsBackground = true }.Start();
        return port.Task.WaitAsync(Patience);
    }

    private static async Task ServeSetsAsync(TcpListener listener, HashSet<string> sets)
    {
        while (true)
        {
            _ = ServeSetsAsync(await listener.AcceptTcpClientAsync(), sets);
        }
    }

    private static async Task ServeSetsAsync(TcpClient client, HashSet<string> sets)
    {
        using var reader = new StreamReader(client.GetStream(), Encoding.ASCII);
        while (await reader.ReadLineAsync() is { } command)
        {
            // The line with the value.
            await reader.ReadLineAsync();
            lock (sets)
            {
                Assert.True(sets.Add(command), command);
            }

            await client.GetStream().WriteAsync("HD\r\n"u8.ToArray());
        }
    }
}
