using System.Threading.Channels;
using Orleans.Cache.Engine.Replication.Messages;
using Orleans.Cache.Grains.Replication;

namespace Orleans.Cache.Cluster.Tests.Replication;

/// <summary>
/// Keeps what arrives, in the place of a silo's copies: a test of the way itself wants to see every message as it came, which real copies
/// would answer, drop or take in their own time.
/// </summary>
internal sealed class ReceivedMessages : IPacketSink
{
    private readonly Channel<(int Partition, object Message)> _received = Channel.CreateUnbounded<(int, object)>();
    private int _ticks;

    public int Ticks => Volatile.Read(ref _ticks);

    /// <summary>Called with each message, before it is kept.</summary>
    public Action<int, PeerMessage>? OnMessage { get; set; }

    public void Receive(int partition, PeerMessage message, long arrival)
    {
        OnMessage?.Invoke(partition, message);
        _received.Writer.TryWrite((partition, message is Append append ? Copy(append) : message));
    }

    public void Receive(int partition, AuthorityReply reply) => _received.Writer.TryWrite((partition, reply));

    public long Tick()
    {
        Interlocked.Increment(ref _ticks);
        return long.MaxValue;
    }

    public int LossesOf(int partition) => 0;

    /// <summary>The next so many messages, in the order of their arrival.</summary>
    public async Task<(int Partition, object Message)[]> NextAsync(int count)
    {
        // Only a limit for a test that has failed anyway.
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var messages = new (int, object)[count];
        for (var index = 0; index < count; index++)
        {
            messages[index] = await _received.Reader.ReadAsync(deadline.Token);
        }

        return messages;
    }

    /// <summary>What arrives points into its packet, which is given back.</summary>
    private static Append Copy(Append append) => new()
    {
        From = append.From,
        To = append.To,
        Epoch = append.Epoch,
        Configuration = append.Configuration,
        Previous = append.Previous,
        Records = [.. append.Records.Select(static record => record with { Change = record.Change.ToArray() })],
        Commit = append.Commit,
        SentAt = append.SentAt,
        Echo = append.Echo,
    };

    public bool TryNext(out (int Partition, object Message) message) => _received.Reader.TryRead(out message);
}
