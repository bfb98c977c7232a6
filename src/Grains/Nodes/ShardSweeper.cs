using Microsoft.Extensions.Hosting;
using Orleans.Cache.Engine.Shards;

namespace Orleans.Cache.Grains.Nodes;

/// <summary>Lets the shards reclaim, once a second, what has expired and nobody asks for.</summary>
internal sealed class ShardSweeper(ShardHost shards, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            shards.Sweep();
        }
    }
}
