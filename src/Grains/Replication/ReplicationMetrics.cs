using System.Diagnostics.Metrics;
using Orleans.Cache.Engine.Replication;

namespace Orleans.Cache.Grains.Replication;

/// <summary>What is measured of the copies' talk: the meter <c>Orleans.Cache.Grains</c>. Names silos, never keys. Safe for any number of threads.</summary>
internal sealed class ReplicationMetrics
{
    /// <summary>The meter's name, by which telemetry subscribes to it.</summary>
    public const string MeterName = "Orleans.Cache.Grains";

    private const string Silo = "orleans.cache.silo";
    private const string Direction = "network.io.direction";
    private const string Sent = "transmit";
    private const string Received = "receive";

    private readonly Meter _meter;
    private readonly Counter<long> _messages;
    private readonly Counter<long> _bytes;
    private readonly Counter<long> _dropped;
    private readonly Counter<long> _failed;
    private readonly Counter<long> _events;

    public ReplicationMetrics(IMeterFactory meters)
    {
        _meter = meters.Create(MeterName);
        _messages = _meter.CreateCounter<long>("orleans.cache.replication.messages", "{message}", "Messages between copies of partitions, packed for or taken from another silo.");
        _bytes = _meter.CreateCounter<long>("orleans.cache.replication.bytes", "By", "The bytes of the packets of those messages.");
        _dropped = _meter.CreateCounter<long>("orleans.cache.replication.dropped", "{message}", "Messages that were not sent, and packets that were not taken, by reason.");
        _failed = _meter.CreateCounter<long>("orleans.cache.replication.failed", "{packet}", "Packets that another silo did not take in time.");
        _events = _meter.CreateCounter<long>("orleans.cache.replication.events", "{event}", "What copies of partitions went through, by kind.");
    }

    /// <summary>Lets the ways to other silos be looked at whenever someone measures.</summary>
    public void Observe(Func<IEnumerable<Peer>> peers)
    {
        _meter.CreateObservableUpDownCounter(
            "orleans.cache.replication.queue",
            () => peers().Select(static peer => new Measurement<long>(peer.Link.QueuedBytes + peer.Chunks.QueuedBytes, new KeyValuePair<string, object?>(Silo, peer.Link.Name))),
            "By",
            "Bytes that wait for a packet to another silo, at most.");
        _meter.CreateObservableUpDownCounter(
            "orleans.cache.replication.inflight",
            () => peers().Select(static peer => new Measurement<int>(peer.Link.InFlight + peer.Chunks.InFlight, new KeyValuePair<string, object?>(Silo, peer.Link.Name))),
            "{packet}",
            "Packets that are sent to another silo and not taken yet.");
    }

    public void OnSent(string silo, int messages, int bytes) => Count(silo, Sent, messages, bytes);

    public void OnReceived(string silo, int messages, int bytes) => Count(silo, Received, messages, bytes);

    public void OnFailed(string silo) => _failed.Add(1, new KeyValuePair<string, object?>(Silo, silo));

    public void OnDropped(string silo, DropReason reason, int count)
    {
        if (count > 0)
        {
            _dropped.Add(count, new(Silo, silo), new("orleans.cache.replication.drop.reason", reason.ToString()));
        }
    }

    public void OnEvent(ReplicationEvent what) => _events.Add(1, new KeyValuePair<string, object?>("orleans.cache.replication.event", what.ToString()));

    private void Count(string silo, string direction, int messages, int bytes)
    {
        _messages.Add(messages, new(Silo, silo), new(Direction, direction));
        _bytes.Add(bytes, new(Silo, silo), new(Direction, direction));
    }
}
