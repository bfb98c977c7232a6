using System.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Cache.Client.HotKeys;
using Orleans.Cache.Client.Routing;
using Orleans.Cache.Contracts.HotKeys;
using Orleans.Cache.Engine.HotKeys;
using Orleans.Cache.Grains.Topology;

namespace Orleans.Cache.Grains.HotKeys;

/// <summary>
/// Once a second: decides what is hot here, and tells the owners of other keys how often this silo has answered for them. Now and then it asks another
/// silo which keys are pinned.
/// </summary>
internal sealed partial class HotKeyWorker(HotKeyTables tables, HotCopies copies, PinnedKeys pins, NodeTopology topology, IMeterFactory meters, TimeProvider time, ILogger<HotKeyWorker> logger)
    : BackgroundService
{
    private const int RoundsPerExchange = 5;

    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!tables.All.Any())
        {
            return;
        }

        HotKeyMetrics.Observe(meters, tables, copies);
        using var timer = new PeriodicTimer(Period, time);
        for (var round = 0; await timer.WaitForNextTickAsync(stoppingToken); round++)
        {
            tables.Tick();
            await Task.WhenAll(copies.TakeReads().ToLookup(OwnerOf).Select(reads => TellAsync(reads.Key, [.. reads])));
            if (round % RoundsPerExchange == 0)
            {
                await ExchangeAsync();
            }
        }
    }

    private RoutedNode? OwnerOf(HotKeyReads reads)
    {
        var snapshot = topology.Current;
        return snapshot.OwnerOf(Slot.Of(reads.Key).PartitionOf(snapshot.Map.PartitionCount));
    }

    private async Task TellAsync(RoutedNode? owner, HotKeyReads[] reads)
    {
        if (owner is null)
        {
            return;
        }

        try
        {
            await owner.Door.NoteHotReadsAsync(reads);
        }
#pragma warning disable CA1031 // The next second has figures of its own.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogFailed(owner.Descriptor.Name, exception);
        }
    }

    private async Task ExchangeAsync()
    {
        var others = topology.Current.Nodes.Where(node => !node.Descriptor.Address.Equals(topology.LocalSilo)).ToArray();
        if (others.Length == 0)
        {
            return;
        }

        var other = others[Random.Shared.Next(others.Length)];
        try
        {
            pins.Take((await other.Door.GetHotKeysAsync()).Pins);
        }
#pragma warning disable CA1031 // Another silo is asked in a few seconds.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogFailed(other.Descriptor.Name, exception);
        }
    }

    [LoggerMessage(EventIds.HotKeysFailed, LogLevel.Debug, "Silo {Silo} could not be asked about hot keys, or told of them.")]
    private partial void LogFailed(string silo, Exception exception);
}
