using Microsoft.Extensions.DependencyInjection;
using Orleans.Cache.Engine.Copies;
using Orleans.Cache.Engine.Replication.Messages;
using Orleans.Cache.Grains.Replication;

namespace Orleans.Cache.Cluster.Tests;

/// <summary>A silo's copies, which can be made not to hear of others: what arrives meanwhile is lost, and sent again.</summary>
internal sealed class DeafSink(CopiesSink copies) : IPacketSink
{
    private volatile bool _isDeaf;

    /// <summary>Adds it to a silo.</summary>
    /// <param name="silo">The silo.</param>
    /// <param name="isDeaf">Whether it begins so.</param>
    public static void Add(ISiloBuilder silo, Func<bool>? isDeaf = null)
    {
        silo.Services.AddSingleton(provider => new DeafSink(new CopiesSink(provider.GetRequiredService<PartitionCopies>())) { _isDeaf = isDeaf?.Invoke() == true });
        silo.Services.AddSingleton<IPacketSink>(static provider => provider.GetRequiredService<DeafSink>());
    }

    /// <summary>Makes it deaf.</summary>
    /// <returns>To be disposed of before the silo is stopped, or that waits for its copies in vain.</returns>
    public Deafness Deafen()
    {
        _isDeaf = true;
        return new Deafness(this);
    }

    public void Listen() => _isDeaf = false;

    public void Receive(int partition, PeerMessage message, long arrival)
    {
        if (!_isDeaf)
        {
            copies.Receive(partition, message, arrival);
        }
    }

    public void Receive(int partition, AuthorityReply reply) => copies.Receive(partition, reply);

    public long Tick() => copies.Tick();

    public int LossesOf(int partition) => copies.LossesOf(partition);

    internal readonly struct Deafness(DeafSink sink) : IDisposable
    {
        public void Dispose() => sink.Listen();
    }
}
