using System.Diagnostics;
using Orleans.Cache.GridBench.Measurements;
using Orleans.Cache.GridBench.Scenarios;
using Orleans.Cache.GridBench.Sides;

namespace Orleans.Cache.GridBench.Sockets;

/// <summary>
/// A load like <c>redis-benchmark</c>'s, for servers that it cannot speak to: one thread, one epoll, connections that send a pipeline and
/// wait for its answers.
/// </summary>
internal static class SocketLoad
{
    private const int PollMilliseconds = 100;
    private const int FillConnections = 16;

    public static SocketLoadResult Run(SocketLoadOrder order)
    {
        using var poll = new Epoll();
        var protocol = ProtocolOf(order);
        var fills = order.Seconds == 0;
        var keys = Enumerable.Range(0, fills ? FillConnections : order.Load.Callers).Select(number => new KeyPicker(order.Load.Operation, number)).ToArray();
        var connections = keys.Select(_ => new LoadConnection(order.Port, protocol, order.Pipeline)).ToArray();
        try
        {
            for (var number = 0; number < connections.Length; number++)
            {
                poll.Watch(connections[number].Socket, number);
            }

            return fills ? Fill(poll, connections) : Run(poll, connections, keys, order);
        }
        finally
        {
            Array.ForEach(connections, static connection => connection.Dispose());
        }
    }

    private static SocketLoadResult Run(Epoll poll, LoadConnection[] connections, KeyPicker[] keys, SocketLoadOrder order)
    {
        var latencies = new LatencyHistogram();
        var operations = 0L;
        var processor = Environment.CpuUsage.TotalTime;
        var started = Stopwatch.GetTimestamp();
        var deadline = started + (long)(order.Seconds * Stopwatch.Frequency);
        Drive(poll, connections, Start, number =>
        {
            var now = Stopwatch.GetTimestamp();
            latencies.Record(now - connections[number].StartedAt);
            operations += order.Load.Batch;
            return now < deadline ? Start(number) : null;
        });
        return new SocketLoadResult(
            operations,
            Stopwatch.GetElapsedTime(started).TotalSeconds,
            Percentiles.Of(latencies),
            (Environment.CpuUsage.TotalTime - processor).TotalSeconds);

        bool? Start(int number) => connections[number].Start(keys[number]);
    }

    private static SocketLoadResult Fill(Epoll poll, LoadConnection[] connections)
    {
        var next = 0;
        Drive(poll, connections, Start, Start);
        return new SocketLoadResult(next, 0, default, 0);

        bool? Start(int number) => next < DataSet.Keys ? connections[number].StartSet(next++) : null;
    }

    // Both functions say whether all could be sent at once; null when a connection has nothing more to do.
    private static void Drive(Epoll poll, LoadConnection[] connections, Func<int, bool?> start, Func<int, bool?> startNext)
    {
        var open = 0;
        for (var number = 0; number < connections.Length; number++)
        {
            open += TakeStart(number, start(number)) ? 1 : 0;
        }

        Span<int> ready = stackalloc int[connections.Length];
        while (open > 0)
        {
            var count = poll.Wait(ready, PollMilliseconds);
            foreach (var number in ready[..count])
            {
                var connection = connections[number];
                if (connection.WaitsForRoom && connection.Send())
                {
                    connection.WaitsForRoom = false;
                    poll.WatchRoom(connection.Socket, number, watch: false);
                }

                if (connection.Receive() && !TakeStart(number, startNext(number)))
                {
                    open--;
                }
            }
        }

        bool TakeStart(int number, bool? sentAll)
        {
            if (sentAll == false)
            {
                connections[number].WaitsForRoom = true;
                poll.WatchRoom(connections[number].Socket, number, watch: true);
            }

            return sentAll is not null;
        }
    }

    private static IWireProtocol ProtocolOf(SocketLoadOrder order) => order.Kind switch
    {
        SideKind.Memcached => new MemcachedProtocol(order.Load.ValueBytes),
        SideKind.SocketEcho => new EchoProtocol(EchoSize.Of(order.Load)),
        _ => throw new BenchException($"The socket load does not speak to {order.Kind}."),
    };
}
