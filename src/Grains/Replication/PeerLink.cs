using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Orleans.Cache.Contracts.Nodes;
using Orleans.Cache.Engine.Replication.Format;
using Orleans.Cache.Engine.Replication.Messages;

namespace Orleans.Cache.Grains.Replication;

/// <summary>
/// The way of this silo's copies to those of one run of another silo. What is queued while packets are under way leaves together in the next.
/// Safe for any number of threads; nothing here waits.
/// </summary>
/// <remarks>
/// 1. One packet is under way at a time: Orleans hands messages that arrive together to the thread pool, where the later overtakes the earlier, and
///    a copy that gets later records first has them all sent again. The other silo takes the packet and answers with what its copies say to
///    it, so the writes of a group cost one call for each silo that replicates them.
/// 2. A packet that fails is dropped: the copies send again. After that the silo is taken for unreachable for a while, in which everything for
///    it is dropped at once; then one packet tries.
/// 3. While it is not known whether the silo is prompt, packets without messages ask (<see cref="Probe"/>).
/// </remarks>
internal sealed partial class PeerLink : IThreadPoolWorkItem
{
    /// <summary>Of a packet, about. Of what is larger than half of it a packet has a piece.</summary>
    public const int MaxPacketBytes = 1 << 20;

    /// <summary>The same of packets of chunks: one that is on its way holds up whatever comes behind it on the same connection.</summary>
    public const int MaxChunkPacketBytes = 256 << 10;

    public const int MaxQueuedBytes = 64 << 20;
    public const int MaxQueuedMessages = 1 << 16;

    /// <summary>What a single message may have. Below the 100 MB that Orleans takes by default, above the largest value.</summary>
    public const int MaxMessageBytes = 90_000_000;

    /// <summary>Of the time in which everything is dropped after a failure.</summary>
    public static readonly TimeSpan LeastSilence = TimeSpan.FromMilliseconds(50);

    public static readonly TimeSpan MostSilence = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly OutgoingQueue _queue;
    private readonly int _packetBytes;
    private readonly List<OutgoingMessage> _packing = [];
    private readonly List<OutgoingMessage> _answering = [];
    private readonly Func<BatchBytes, ValueTask<BatchBytes?>> _send;
    private readonly Action<BatchBytes> _answered;
    private readonly TimeProvider _time;
    private readonly ReplicationMetrics _metrics;
    private readonly ILogger _logger;
    private readonly Promptness _promptness;
    private LargeTransfer? _transfer;
    private int _waiting;
    private int _inFlight;
    private bool _isPacking;
    private bool _isProbing;
    private bool _isEnded;
    private TimeSpan _nextSilence = LeastSilence;
    private TimeSpan _silence;
    private long _silentSince;

    /// <param name="name">The other silo's, for metrics and logs.</param>
    /// <param name="send">Sends a packet, and completes when the other silo has taken it, with the packet of its answers. Called on the thread pool.</param>
    /// <param name="answered">Takes that packet. Never throws.</param>
    /// <param name="packetBytes">How large packets are, about.</param>
    /// <param name="slowest">How long a packet may take, for the silo to count as prompt.</param>
    /// <param name="time">Measures how long the silo is left alone.</param>
    /// <param name="metrics">Counts.</param>
    /// <param name="logger">Is told of failures.</param>
    public PeerLink(string name, Func<BatchBytes, ValueTask<BatchBytes?>> send, Action<BatchBytes> answered, int packetBytes, TimeSpan slowest, TimeProvider time, ReplicationMetrics metrics, ILogger logger)
    {
        Name = name;
        _send = send;
        _answered = answered;
        _packetBytes = packetBytes;
        _queue = new OutgoingQueue(MaxQueuedBytes, MaxQueuedMessages, packetBytes);
        _time = time;
        _metrics = metrics;
        _logger = logger;
        _promptness = new Promptness(time, slowest);
    }

    /// <summary>The other silo's name.</summary>
    public string Name { get; }

    /// <summary>How many bytes wait, at most.</summary>
    public long QueuedBytes
    {
        get
        {
            lock (_lock)
            {
                return _queue.Bytes;
            }
        }
    }

    /// <summary>How many packets are under way.</summary>
    public int InFlight => Volatile.Read(ref _inFlight);

    /// <inheritdoc cref="Promptness.IsPrompt"/>
    public bool IsPrompt
    {
        get
        {
            lock (_lock)
            {
                return _promptness.IsPrompt;
            }
        }
    }

    /// <summary>Queues a message, or drops it. It leaves after the next <see cref="Wake"/>.</summary>
    public void Enqueue(int partition, PeerMessage message)
    {
        var bytes = WireSizes.MostOf(message);
        if (bytes > _packetBytes / 2 && message is Append { Records.Length: > 1 } append)
        {
            foreach (var part in AppendSplitting.Split(append, _packetBytes / 2))
            {
                Enqueue(partition, part, WireSizes.MostOf(part));
            }
        }
        else
        {
            Enqueue(partition, message, bytes);
        }
    }

    /// <summary>Lets what is queued leave, on the thread pool.</summary>
    public void Wake()
    {
        // Called for every link after every group of operations: mostly there is nothing, and whoever queued something sees that it did.
        if (Volatile.Read(ref _waiting) == 0)
        {
            return;
        }

        lock (_lock)
        {
            if (_isPacking || !MaySendLocked())
            {
                return;
            }

            _isPacking = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>Lets a packet without messages leave, if it would tell whether the silo is prompt.</summary>
    public void Probe()
    {
        lock (_lock)
        {
            _isProbing = !_isEnded && _promptness.IsInDoubt;
            if (_isPacking || !MaySendLocked())
            {
                return;
            }

            _isPacking = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>From now on answers wait for <see cref="TakeAnswers"/>: a packet of the other silo is being taken.</summary>
    public void HoldAnswers()
    {
        lock (_lock)
        {
            _queue.HoldsAnswers = true;
            _waiting = _queue.Sendable;
        }
    }

    /// <summary>The packet of the answers to a packet of the other silo; none if there are no answers. What does not go into it leaves like anything else.</summary>
    public BatchBytes? TakeAnswers()
    {
        lock (_lock)
        {
            _queue.TakeAnswers(_answering);
            _queue.HoldsAnswers = false;
            _waiting = _queue.Sendable;
        }

        if (_answering.Count == 0)
        {
            return null;
        }

        try
        {
            return Write(_answering, transfer: null).ToReply();
        }
        finally
        {
            _answering.Clear();
        }
    }

    /// <summary>Drops what is queued and all that comes: the silo's run has left the grid.</summary>
    public void End()
    {
        lock (_lock)
        {
            _isEnded = true;
            DropAllLocked();
        }
    }

    /// <inheritdoc/>
    public void Execute()
    {
        while (true)
        {
            lock (_lock)
            {
                if (!MaySendLocked())
                {
                    _isPacking = false;
                    return;
                }

                _transfer = _queue.Take(_packing);
                _waiting = _queue.Sendable;
                _inFlight++;
                _isProbing = false;
                _promptness.OnSent();
            }

            // Packs before it first waits, so packets are made one after the other; then it goes on by itself.
            _ = SendAsync();
        }
    }

    private void Enqueue(int partition, PeerMessage message, long bytes)
    {
        if (bytes > MaxMessageBytes)
        {
            _metrics.OnDropped(Name, DropReason.TooLarge, 1);
            LogTooLarge(partition, message.GetType().Name, bytes, Name);
            return;
        }

        AddOutcome outcome;
        int droppedBeats;
        lock (_lock)
        {
            // What the other silo waits for reaches it, whether or not it can be called.
            var queued = new OutgoingMessage(partition, message, (int)bytes);
            if (_isEnded || (IsSilentLocked() && !(queued.IsAnswer && _queue.HoldsAnswers)))
            {
                _metrics.OnDropped(Name, DropReason.Unreachable, 1);
                return;
            }

            outcome = _queue.Add(queued, out droppedBeats);
            Volatile.Write(ref _waiting, _queue.Sendable);
        }

        _metrics.OnDropped(Name, DropReason.Beat, droppedBeats);
        _metrics.OnDropped(Name, DropReason.Full, outcome == AddOutcome.Refused ? 1 : 0);
    }

    private void DropAllLocked()
    {
        _metrics.OnDropped(Name, DropReason.Unreachable, _queue.Clear());
        _waiting = 0;
    }

    private bool MaySendLocked() => (_queue.Sendable > 0 || _isProbing) && _inFlight == 0 && !IsSilentLocked();

    private bool IsSilentLocked() => _silence > TimeSpan.Zero && _time.GetElapsedTime(_silentSince) < _silence;

    private BatchBytes Pack()
    {
        try
        {
            return Write(_packing, _transfer).ToRequest();
        }
        finally
        {
            // Also when there is no memory for the packet: then it is lost like any other.
            _packing.Clear();
            EndTransfer();
        }
    }

    private PacketWriter Write(List<OutgoingMessage> messages, LargeTransfer? transfer)
    {
        var expected = transfer is null ? ReplicationFormat.HeaderBytes : _packetBytes;
        foreach (var message in messages)
        {
            expected += message.Bytes;
        }

        var writer = new PacketWriter(PacketKind.Messages, expected);
        var moment = WireMoment.Of(_time);
        foreach (var message in messages)
        {
            ReplicationFormat.Write(writer, message.Partition, message.Message, moment);
        }

        transfer?.WriteNext(writer, Math.Max(_packetBytes - writer.Length, _packetBytes / 4), moment);
        _metrics.OnSent(Name, messages.Count + (transfer?.IsOver == true ? 1 : 0), writer.Length);
        return writer;
    }

    private void EndTransfer()
    {
        if (_transfer is { IsOver: true } over)
        {
            lock (_lock)
            {
                _queue.End(over);
                _waiting = _queue.Sendable;
            }
        }

        _transfer = null;
    }

    private async Task SendAsync()
    {
        try
        {
            var packet = Pack();
            var answers = await _send(packet);

            // Only now: Orleans sends a request again when its connection breaks. Without an answer the collector takes it.
            packet.Dispose();
            OnTaken();

            // The next packet leaves before the answers are taken: other threads have its messages already.
            Wake();
            if (answers is not null)
            {
                _answered(answers);
            }
        }
#pragma warning disable CA1031 // Whatever it is, the packet is lost and the copies send again.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            OnFailed(exception);
        }

        Wake();
    }

    private void OnTaken()
    {
        lock (_lock)
        {
            _inFlight--;
            _promptness.OnTaken();
            _nextSilence = LeastSilence;
            _silence = TimeSpan.Zero;
        }
    }

    private void OnFailed(Exception exception)
    {
        TimeSpan silence;
        lock (_lock)
        {
            _inFlight--;
            Debug.Assert(_inFlight >= 0, "A packet ended twice.");
            _promptness.OnFailed();
            silence = _silence = _nextSilence;
            _silentSince = _time.GetTimestamp();
            _nextSilence = TimeSpan.FromTicks(Math.Min(MostSilence.Ticks, _nextSilence.Ticks * 2));
            DropAllLocked();
        }

        _metrics.OnFailed(Name);
        LogFailed(Name, silence, exception);
    }

    [LoggerMessage(EventIds.PacketFailed, LogLevel.Debug, "Silo {Silo} did not take a packet of replication; nothing is sent to it for {Silence}.")]
    private partial void LogFailed(string silo, TimeSpan silence, Exception exception);

    [LoggerMessage(EventIds.MessageTooLarge, LogLevel.Error, "Partition {Partition}: a message of the kind {Kind} with {Bytes} bytes is too large to be sent to silo {Silo}.")]
    private partial void LogTooLarge(int partition, string kind, long bytes, string silo);
}
