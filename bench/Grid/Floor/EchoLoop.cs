using System.Diagnostics;
using Orleans.Cache.GridBench.Measurements;
using Orleans.Cache.GridBench.Scenarios;
using Orleans.Cache.GridBench.Sides;
using Orleans.Cache.GridBench.Sockets;
using Orleans.Concurrency;

namespace Orleans.Cache.GridBench.Floor;

/// <summary>One message of the floor over Orleans at a time, again and again.</summary>
internal sealed class EchoLoop(IEchoService service, Load load) : ICallerLoop
{
    public LatencyHistogram Latencies { get; } = new();

    public long Operations { get; private set; }

    public long Errors => 0;

    public string? FirstError => null;

    public async Task RunAsync(long deadline, CancellationToken cancellationToken)
    {
        var size = EchoSize.Of(load);
        var request = new Immutable<byte[]>(new byte[size.RequestBytes]);
        var now = Stopwatch.GetTimestamp();
        while (now < deadline && !cancellationToken.IsCancellationRequested)
        {
            var started = now;
            var reply = await service.EchoAsync(request, size.ReplyBytes);
            if (reply.Value.Length != size.ReplyBytes)
            {
                throw new BenchException("The echo over Orleans has another length than was asked for.");
            }

            Operations += load.Batch;
            now = Stopwatch.GetTimestamp();
            Latencies.Record(now - started);
        }
    }
}
