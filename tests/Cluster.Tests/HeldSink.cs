using Microsoft.Extensions.DependencyInjection;
using Orleans.Cache.Engine.Copies;
using Orleans.Cache.Engine.Replication.Messages;
using Orleans.Cache.Grains.Replication;

namespace Orleans.Cache.Cluster.Tests;

/// <summary>A silo's copies, which can be made not to hear of others: what arrives waits.</summary>
internal sealed class HeldSink(CopiesSink copies) : IPacketSink
{
    private readonly Lock _lock = new();
    private readonly Queue<(int Partition, PeerMessage Message, long Arrival)> _held = [];
    private bool _isHolding;

    /// <summary>Adds it to a silo.</summary>
    /// <param name="silo">The silo.</param>
    /// <param name="isHeld">Whether it begins so.</param>
    public static void Add(ISiloBuilder silo, Func<bool>? isHeld = null)
    {
        silo.Services.AddSingleton(provider => new HeldSink(new CopiesSink(provider.GetRequiredService<PartitionCopies>())) { _isHolding = isHeld?.Invoke() == true });
        silo.Services.AddSingleton<IPacketSink>(static provider => provider.GetRequiredService<HeldSink>());
    }

    public void Hold()
    {
        lock (_lock)
        {
            _isHolding = true;
        }
    }

    /// <summary>Lets everything through, what was held first.</summary>
    public void Release()
    {
        lock (_lock)
        {
            _isHolding = false;
            while (_held.TryDequeue(out var held))
            {
                copies.Receive(held.Partition, held.Message, held.Arrival);
            }
        }
    }

    public void Receive(int partition, PeerMessage message, long arrival)
    {
        lock (_lock)
        {
            if (_isHolding)
            {
                _held.Enqueue((partition, message, arrival));
                return;
            }

            copies.Receive(partition, message, arrival);
        }
    }

    public void Receive(int partition, AuthorityReply reply) => copies.Receive(partition, reply);

    public void Tick() => copies.Tick();

    public int LossesOf(int partition) => copies.LossesOf(partition);
}
