using System.Buffers;
using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Cache.Client.Connections;
using Orleans.Cache.Client.Routing;
using Orleans.Cache.Contracts.Connections;
using Orleans.Cache.Contracts.Nodes;
using Orleans.Cache.Engine.Batches;
using Orleans.Cache.Grains.Connections;
using Orleans.Cache.TestKit;
using Orleans.Configuration;
using Orleans.TestingHost;

namespace Orleans.Cache.Cluster.Tests;

/// <summary>Connections that carry batches beside Orleans: what goes over them, who is let in, and what becomes of calls when they break.</summary>
public sealed class DataConnectionTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Calls_FromOutsideAndFromSilos_GoOverThem()
    {
        await using var grid = await GridFixture.StartAsync(silos: 2);
        foreach (var caches in new[] { grid.Grid, grid.GridOf(grid.Cluster.Silos[0]) })
        {
            var cache = caches.GetCache();
            await OpenAsync(caches == grid.Grid ? grid.Cluster.Client.ServiceProvider : grid.Cluster.Silos[0].ServiceProvider, cache, grid.Cluster.Silos[1].Name);

            var written = await cache.SetManyAsync([.. Enumerable.Range(0, 500).Select(number => new CacheSetItem($"key:{number}", Encoding.UTF8.GetBytes($"value:{number}")))], cancellationToken: Cancelled);
            var read = await cache.GetManyAsync([.. Enumerable.Range(0, 500).Select(number => (CacheKey)$"key:{number}")], Cancelled);

            Assert.Equal(500, written.Length);
            Assert.Equal(Enumerable.Range(0, 500).Select(number => $"value:{number}"), read.Select(entry => Encoding.UTF8.GetString(entry.Value.Span)));
            Assert.Equal(1, await cache.IncrementAsync($"sum:{Guid.NewGuid()}", cancellationToken: Cancelled));
            Assert.True(await cache.RemoveAsync("key:1", cancellationToken: Cancelled));
            Assert.False((await cache.TryGetAsync("key:1", Cancelled)).Found);
        }

    }

    [Fact]
    public async Task LargeBatches_GoOverThemWhole()
    {
        await using var grid = await GridFixture.StartAsync(silos: 1);
        var cache = grid.Grid.GetCache();
        await OpenAsync(grid, cache);
        var value = new byte[300_000];
        Random.Shared.NextBytes(value);
        CacheKey[] keys = [.. Enumerable.Range(0, 20).Select(number => (CacheKey)$"large:{number}")];

        await Task.WhenAll(keys.Select(key => cache.SetAsync(key, value, cancellationToken: Cancelled).AsTask()));
        var read = await cache.GetManyAsync(keys, Cancelled);

        Assert.All(read, entry => Assert.True(entry.Value.Span.SequenceEqual(value)));
    }

    [Fact]
    public async Task Client_ThatDoesNotWantThem_GoesThroughOrleans()
    {
        await using var grid = await GridFixture.StartAsync(silos: 1, configureClient: static options => options.UseDataConnections = false);
        await UseAsync(grid.Grid.GetCache());

        Assert.Equal(0, ListenerOf(grid.Cluster.Silos[0]).Count);
    }

    [Fact]
    public async Task Silo_ThatOffersNone_IsReachedThroughOrleans()
    {
        await using var grid = await GridFixture.StartAsync(silos: 1, static (_, options) => options.DataConnections.MaxConnections = 0);
        await UseAsync(grid.Grid.GetCache());

        Assert.Null(ListenerOf(grid.Cluster.Silos[0]).Door);
    }

    /// <summary>What stands before the gateway, such as TLS, must not be gone around.</summary>
    [Fact]
    public async Task Silo_WhoseGatewayIsSecured_OffersNone()
    {
        await using var grid = await GridFixture.StartAsync(silos: 1, configureSilo: static silo => silo.Configure<SiloConnectionOptions>(
            static connections => connections.ConfigureGatewayInboundConnection(static gateway => gateway.Use(static next => next))));
        await UseAsync(grid.Grid.GetCache());

        Assert.Null(ListenerOf(grid.Cluster.Silos[0]).Door);
    }

    [Fact]
    public async Task Silo_WhosePortIsTaken_DoesNotStartAndSaysWhy()
    {
        using var other = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        other.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        other.Listen();
        var port = ((IPEndPoint)other.LocalEndPoint!).Port;

        var error = await Assert.ThrowsAnyAsync<Exception>(() => GridFixture.StartAsync(silos: 1, (_, options) => options.DataConnections.Port = port));

        Assert.Contains($"port {port}", error.ToString(), StringComparison.Ordinal);
        Assert.Contains("Cache:DataConnections:Port", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Silo_ThatHasAsManyAsItMay_RefusesFurtherOnes_AndServesTheirClientsThroughOrleans()
    {
        await using var grid = await GridFixture.StartAsync(silos: 1, static (_, options) => options.DataConnections.MaxConnections = 1);
        var listener = ListenerOf(grid.Cluster.Silos[0]);
        using var first = await ConnectAsync(listener.Door!);
        await Poll.UntilAsync(() => listener.Count == 1);

        Assert.Equal(GreetingAnswer.TooMany, await GreetAsync(listener.Door!.Port, listener.Door.Key));
        await UseAsync(grid.Grid.GetCache());
        Assert.Equal(1, listener.Count);
    }

    [Fact]
    public async Task WhoeverHasNoKey_IsRefused()
    {
        await using var grid = await GridFixture.StartAsync(silos: 1);
        var listener = ListenerOf(grid.Cluster.Silos[0]);

        Assert.Equal(GreetingAnswer.WrongKey, await GreetAsync(listener.Door!.Port, new byte[DataConnectionFormat.KeyBytes]));
        Assert.Equal(GreetingAnswer.UnknownVersion, await GreetAsync(listener.Door.Port, listener.Door.Key, version: 9));
    }

    [Fact]
    public async Task Bytes_ThatAreNoGreeting_EndTheirConnectionOnly()
    {
        await using var grid = await GridFixture.StartAsync(silos: 1);
        var listener = ListenerOf(grid.Cluster.Silos[0]);
        using var socket = await DialAsync(listener.Door!.Port);

        await socket.SendAsync("GET / HTTP/1.1\r\nHost: silo\r\n\r\n"u8.ToArray(), Cancelled);

        Assert.True(await IsClosedAsync(socket));
        await UseAsync(grid.Grid.GetCache());
    }

    [Fact]
    public async Task Frames_ThatAreDamaged_AreAnsweredOrEndTheirConnectionOnly()
    {
        await using var grid = await GridFixture.StartAsync(silos: 1);
        var door = ListenerOf(grid.Cluster.Silos[0]).Door!;

        // What can be told apart is answered.
        using (var socket = await ConnectAsync(door))
        {
            Assert.Equal(BatchOutcome.Malformed, (await AskAsync(socket, "default", [9, 9, 9])).Outcome);
            Assert.Equal(BatchOutcome.UnknownCache, (await AskAsync(socket, "nothing", OneGet("key"))).Outcome);
            Assert.Equal(BatchOutcome.Executed, (await AskAsync(socket, "default", OneGet("key"))).Outcome);
        }

        foreach (var length in new[] { 0, -1, 23, int.MaxValue })
        {
            using var socket = await ConnectAsync(door);
            var frame = new byte[64];
            BinaryPrimitives.WriteInt32LittleEndian(frame, length);
            await socket.SendAsync(frame, Cancelled);
            Assert.True(await IsClosedAsync(socket));
        }

        await UseAsync(grid.Grid.GetCache());
    }

    /// <summary>Replies for somebody who reads none fill what the silo keeps for it and nothing more; others are served meanwhile.</summary>
    [Fact]
    public async Task Client_ThatReadsNothing_IsNotReadFromEither_AndOthersAreServed()
    {
        await using var grid = await GridFixture.StartAsync(silos: 1);
        var cache = grid.Grid.GetCache();
        await cache.SetAsync("large", new byte[900_000], cancellationToken: Cancelled);
        using var socket = await ConnectAsync(ListenerOf(grid.Cluster.Silos[0]).Door!);
        var request = RequestOf("default", OneGet("large"));
        var sent = 0L;
        using var enough = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        try
        {
            while (true)
            {
                sent += await socket.SendAsync(request, enough.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The silo has stopped to read.
        }

        Assert.InRange(sent / request.Length, 10, 1_000_000);
        Assert.InRange(BatchBytes.Rented, 0, 200);
        await OpenAsync(grid, cache);

        // Nothing is left of it once it has gone: only the other client's connection is there.
        socket.Dispose();
        await Poll.UntilAsync(() => ListenerOf(grid.Cluster.Silos[0]).Count == 1);
        await UseAsync(cache);
    }

    [Fact]
    public async Task Connections_ThatBreak_CostNoCall()
    {
        await using var grid = await GridFixture.StartAsync(silos: 2);
        var cache = grid.Grid.GetCache();
        await OpenAsync(grid, cache);
        using var enough = new CancellationTokenSource();
        var calls = 0;
        var callers = Enumerable.Range(0, 8).Select(caller => Task.Run(
            async () =>
            {
                for (var number = 0; !enough.IsCancellationRequested; number++)
                {
                    await cache.SetAsync($"{caller}:{number % 100}", Encoding.UTF8.GetBytes($"{number}"), cancellationToken: Cancelled);
                    Assert.Equal($"{number}", Encoding.UTF8.GetString((await cache.TryGetAsync($"{caller}:{number % 100}", Cancelled)).Value.Span));
                    Assert.Equal(number + 1, await cache.IncrementAsync($"sum:{caller}", cancellationToken: Cancelled));
                    Interlocked.Increment(ref calls);
                }
            },
            Cancelled)).ToArray();
        for (var round = 0; round < 5; round++)
        {
            var before = Volatile.Read(ref calls);
            await Poll.UntilAsync(() => Volatile.Read(ref calls) > before + 100);
            foreach (var node in NodesOf(grid))
            {
                node.Data!.Find()?.Dispose();
            }
        }

        await enough.CancelAsync();
        await Task.WhenAll(callers);

        // And it is opened again.
        await OpenAsync(grid, cache);
    }

    /// <summary>Callers go on on the thread that receives. Those who stay there must not keep others from their replies.</summary>
    [Fact]
    public async Task Callers_WhoBlock_HoldUpNobody()
    {
        await using var grid = await GridFixture.StartAsync(silos: 1);
        var cache = grid.Grid.GetCache();
        await OpenAsync(grid, cache);
        var connection = NodesOf(grid).Single().Data!.Find();
        using var release = new ManualResetEventSlim();
        var callers = new List<Task>();
        for (var round = 0; round < 3; round++)
        {
            var isThere = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            callers.Add(Task.Run(() => StayWithReceiverAsync(cache, isThere, release), Cancelled));
            await isThere.Task.WaitAsync(Patience, Cancelled);

            await UseAsync(cache);
        }

        Assert.Same(connection, NodesOf(grid).Single().Data!.Find());
        release.Set();
        await Task.WhenAll(callers);
        await UseAsync(cache);
    }

    [Fact]
    public async Task Callers_WhoWaitForFurtherCallsWithoutAwait_GetThem()
    {
        await using var grid = await GridFixture.StartAsync(silos: 1);
        var cache = grid.Grid.GetCache();
        await OpenAsync(grid, cache);

        await Task.WhenAll(Enumerable.Range(0, 4).Select(caller => Task.Run(
            async () =>
            {
                for (var number = 0; number < 20; number++)
                {
                    Assert.Equal(2 * number + 1, await cache.IncrementAsync($"sum:{caller}", cancellationToken: Cancelled));
#pragma warning disable xUnit1031, VSTHRD002 // It is what such callers do.
                    Assert.Equal(2 * number + 2, cache.IncrementAsync($"sum:{caller}", cancellationToken: Cancelled).AsTask().GetAwaiter().GetResult());
#pragma warning restore xUnit1031, VSTHRD002
                }
            },
            Cancelled)));
    }

    [Fact]
    public async Task Connection_ToASiloThatStops_IsClosed()
    {
        await using var grid = await GridFixture.StartAsync(silos: 2, losesSilos: true);
        var cache = grid.Grid.GetCache();
        await OpenAsync(grid, cache);
        var connections = NodesOf(grid).Select(static node => node.Data!.Find()!).ToArray();

        await grid.Cluster.StopSiloAsync(grid.Cluster.Silos[1]);

        await Poll.UntilAsync(() => connections.Count(static connection => connection.IsLost) == 1);
        await UseAsync(cache);
    }

    /// <summary>Calls until it goes on on the thread that receives, and stays there.</summary>
    private static async Task StayWithReceiverAsync(ICache cache, TaskCompletionSource isThere, ManualResetEventSlim release)
    {
        while (Thread.CurrentThread.Name != DataConnection.ThreadName)
        {
            await cache.TryGetAsync("use:0", Cancelled);
        }

        isThere.SetResult();
        release.Wait(Cancelled);
    }

    private static DataListener ListenerOf(InProcessSiloHandle silo) => silo.ServiceProvider.GetRequiredService<DataListener>();

    private static IReadOnlyList<RoutedNode> NodesOf(GridFixture grid) => grid.Cluster.Client.ServiceProvider.GetRequiredService<ITopologySource>().Current.Nodes;

    /// <summary>Calls until all that the client outside asks for goes over data connections.</summary>
    private static async Task OpenAsync(GridFixture grid, ICache cache)
    {
        foreach (var silo in grid.Cluster.GetActiveSilos())
        {
            await OpenAsync(grid.Cluster.Client.ServiceProvider, cache, silo.Name);
        }
    }

    /// <summary>Calls until what goes from a process to a silo goes over a data connection.</summary>
    private static Task OpenAsync(IServiceProvider process, ICache cache, string silo) => Poll.UntilAsync(async () =>
    {
        await UseAsync(cache);
        return process.GetRequiredService<ITopologySource>().Current.Nodes.Single(node => node.Descriptor.Name == silo).Data!.Find() is not null;
    });

    private static async Task UseAsync(ICache cache)
    {
        for (var number = 0; number < 50; number++)
        {
            await cache.SetAsync($"use:{number}", "value"u8.ToArray(), cancellationToken: Cancelled);
            Assert.True((await cache.TryGetAsync($"use:{number}", Cancelled)).Found);
        }
    }

    private static async Task<Socket> DialAsync(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, port, Cancelled);
        return socket;
    }

    private static async Task<Socket> ConnectAsync(DataDoor door)
    {
        var socket = await DialAsync(door.Port);
        Assert.Equal(GreetingAnswer.Accepted, await GreetAsync(socket, door.Key, DataConnectionFormat.Version));
        return socket;
    }

    private static async Task<GreetingAnswer> GreetAsync(int port, byte[] key, byte version = DataConnectionFormat.Version)
    {
        using var socket = await DialAsync(port);
        return await GreetAsync(socket, key, version);
    }

    private static async Task<GreetingAnswer> GreetAsync(Socket socket, byte[] key, byte version)
    {
        var bytes = new byte[DataConnectionFormat.GreetingBytes];
        DataConnectionFormat.WriteGreeting(bytes, key);
        bytes[4] = version;
        await socket.SendAsync(bytes, Cancelled);
        await ReceiveAllAsync(socket, bytes.AsMemory(0, DataConnectionFormat.AnswerBytes));
        return DataConnectionFormat.ReadAnswer(bytes);
    }

    private static async Task<BatchReply> AskAsync(Socket socket, string cache, byte[] operations)
    {
        await socket.SendAsync(RequestOf(cache, operations), Cancelled);
        var head = new byte[DataConnectionFormat.ReplyHeadBytes];
        await ReceiveAllAsync(socket, head);
        var frame = new byte[BinaryPrimitives.ReadInt32LittleEndian(head)];
        head.CopyTo(frame, 0);
        await ReceiveAllAsync(socket, frame.AsMemory(head.Length));
        var reply = DataConnectionFormat.ReadReply(frame, out var id);
        reply.Results?.Dispose();
        Assert.Equal(3, id);
        return reply;
    }

    private static async Task ReceiveAllAsync(Socket socket, Memory<byte> bytes)
    {
        await using var stream = new NetworkStream(socket);
        await stream.ReadExactlyAsync(bytes, Cancelled);
    }

    private static async Task<bool> IsClosedAsync(Socket socket)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        patience.CancelAfter(Patience);
        try
        {
            return await socket.ReceiveAsync(new byte[1], patience.Token) == 0;
        }
        catch (SocketException)
        {
            return true;
        }
    }

    private static byte[] RequestOf(string cache, byte[] operations)
    {
        var to = new ArrayBufferWriter<byte>();
        using var bytes = BatchBytes.Rent(operations.Length);
        operations.CopyTo(bytes.Span);
        DataConnectionFormat.WriteRequestHead(to, 3, new BatchRequest(default!, 0, cache, bytes));
        to.Write(operations);
        return to.WrittenSpan.ToArray();
    }

    private static byte[] OneGet(CacheKey key)
    {
        var operations = new byte[BatchFormat.RequestBytes(count: 1, key.ByteCount)];
        var writer = new BatchWriter(operations, operations: 1);
        writer.Add(new ShardOperation { Kind = OperationKind.Get }, key, default);
        return operations;
    }
}
