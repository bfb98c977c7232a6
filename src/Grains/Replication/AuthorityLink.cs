using Microsoft.Extensions.Logging;
using Orleans.Cache.Contracts.Nodes;
using Orleans.Cache.Engine.Replication.Format;
using Orleans.Cache.Engine.Replication.Messages;

namespace Orleans.Cache.Grains.Replication;

/// <summary>
/// The way of this silo's copies to the authority. What is asked while a call is under way leaves together in the next; a second call may
/// overtake one that takes long. Safe for any number of threads; nothing here waits.
/// </summary>
internal sealed partial class AuthorityLink : IThreadPoolWorkItem
{
    /// <summary>After how long a call no longer holds up the next.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(200);

    /// <summary>How long nothing is asked after a call failed. What failed is asked again by the copies.</summary>
    public static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(50);

    private const int MaxInFlight = 2;
    private const int ExpectedBytes = 128;

    private readonly Lock _lock = new();
    private readonly AuthorityQueue _queue = new();
    private readonly List<(int Partition, AuthorityRequest Request)> _packing = [];
    private readonly Func<BatchBytes, ValueTask<BatchBytes>> _decide;
    private readonly Action<List<(int Partition, AuthorityReply Reply)>> _receive;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private int _inFlight;
    private bool _isPacking;
    private long _sentAt;
    private long? _failedAt;

    /// <param name="decide">Asks the authority. Called on the thread pool.</param>
    /// <param name="receive">Takes the replies; called on any thread.</param>
    /// <param name="time">Measures how long calls take.</param>
    /// <param name="logger">Is told of failures.</param>
    public AuthorityLink(
        Func<BatchBytes, ValueTask<BatchBytes>> decide, Action<List<(int Partition, AuthorityReply Reply)>> receive, TimeProvider time, ILogger logger)
    {
        _decide = decide;
        _receive = receive;
        _time = time;
        _logger = logger;
    }

    /// <summary>Queues a question. It leaves after the next <see cref="Wake"/>.</summary>
    public void Enqueue(int partition, AuthorityRequest request)
    {
        lock (_lock)
        {
            _queue.Add(partition, request);
        }
    }

    /// <summary>Lets what is queued leave, on the thread pool, if it may by now. Called a few times in every <see cref="RetryDelay"/>.</summary>
    public void Wake()
    {
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

                _queue.Take(_packing);
                _inFlight++;
                _sentAt = _time.GetTimestamp();
            }

            var writer = new PacketWriter(PacketKind.Requests, _packing.Count * ExpectedBytes);
            foreach (var (partition, request) in _packing)
            {
                ReplicationFormat.Write(writer, partition, request);
            }

            _packing.Clear();
            _ = AskAsync(writer.ToRequest());
        }
    }

    private bool MaySendLocked() => _queue.Count > 0
        && (_inFlight == 0 || (_inFlight < MaxInFlight && _time.GetElapsedTime(_sentAt) > Patience))
        && (_failedAt is not { } failedAt || _time.GetElapsedTime(failedAt) >= RetryDelay);

    private async Task AskAsync(BatchBytes requests)
    {
        List<(int, AuthorityReply)>? replies = null;
        try
        {
            using var answer = await _decide(requests);
            requests.Dispose();
            replies = ReplicationFormat.ReadReplies(answer.Span);
        }
#pragma warning disable CA1031 // Above all a silo that is gone and had the authority's grain: the copies ask again, and Orleans finds the next.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogFailed(exception);
        }

        lock (_lock)
        {
            _inFlight--;
            _failedAt = replies is null ? _time.GetTimestamp() : null;
        }

        if (replies is not null)
        {
            _receive(replies);
        }

        Wake();
    }

    [LoggerMessage(EventIds.AuthorityFailed, LogLevel.Information, "The authority over the partitions did not answer; the copies ask again.")]
    private partial void LogFailed(Exception exception);
}
