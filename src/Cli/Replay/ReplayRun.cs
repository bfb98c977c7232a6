using System.Threading.Channels;

namespace Orleans.Cache.Cli.Replay;

/// <summary>
/// Replays a trace against a cache: each request reads its key and, on a miss, writes a value of the trace's size, as an application in
/// front of a database does. One reader fills a bounded channel in the order of the trace; the workers take from it in that order, so that
/// no more than <see cref="ReplaySettings.Concurrency"/> requests are out of step, and those for one key follow each other.
/// </summary>
internal sealed class ReplayRun
{
    private const int ReadAhead = 1024;

    // Longer than a grid needs to get over the loss of a silo. One that is gone would else be asked for every line, a timeout each.
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(30);

    private readonly ICache _cache;
    private readonly TraceReader _trace;
    private readonly ReplaySettings _settings;
    private readonly TimeProvider _time;
    private readonly LatencyHistogram _latencies = new();
    private readonly KeyGate _gate = new();
    private readonly Channel<TraceRequest> _requests;

    // When a request was last answered; at first, when the run started.
    private long _lastAnswer;

    // What every value is a part of. Grows with the largest size seen so far; a race makes two arrays, and either will do.
    private byte[] _filling;

    /// <summary>Makes a run, which can be run once.</summary>
    public ReplayRun(ICache cache, TraceReader trace, ReplaySettings settings, TimeProvider time)
    {
        _cache = cache;
        _trace = trace;
        _settings = settings;
        _time = time;
        _filling = MakeFilling(settings.ValueBytes);
        _requests = Channel.CreateBounded<TraceRequest>(new BoundedChannelOptions(ReadAhead) { SingleWriter = true });
    }

    /// <summary>What was counted so far; may be read while the run is under way.</summary>
    public ReplayCounts Counts { get; } = new();

    /// <summary>Replays the trace. Failed requests are counted; a malformed line and a cancellation end the run with what was measured so far.</summary>
    public async Task<ReplayResult> RunAsync(CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var started = _time.GetTimestamp();
        Volatile.Write(ref _lastAnswer, started);
        var reading = ReadTraceAsync(stop.Token);
        var workers = Enumerable.Range(0, _settings.Concurrency).Select(_ => Task.Run(() => WorkAsync(stop), CancellationToken.None));

        Exception? stoppedBy = null;
        try
        {
            await Task.WhenAll(workers);
        }
        catch (Exception exception) when (exception is TraceFormatException or OperationCanceledException)
        {
            stoppedBy = exception;
        }

        var duration = _time.GetElapsedTime(started);
        await stop.CancelAsync();
        if (!cancellationToken.IsCancellationRequested)
        {
            // After a cancellation the reader may be stuck in a read of a terminal or pipe that no token ends.
            await reading;
        }

        return new ReplayResult(
            Counts.Hits,
            Counts.Misses,
            Counts.Errors,
            Counts.FirstError,
            duration,
            _latencies.Percentile(0.5),
            _latencies.Percentile(0.99),
            _latencies.Percentile(0.999),
            stoppedBy is OperationCanceledException && !cancellationToken.IsCancellationRequested ? Silence() : stoppedBy);
    }

    private static byte[] MakeFilling(int bytes)
    {
        var filling = new byte[bytes];
        filling.AsSpan().Fill((byte)'x');
        return filling;
    }

    // Never faults: what ends it reaches the workers through the channel, behind the requests that came before it.
    private async Task ReadTraceAsync(CancellationToken cancellationToken)
    {
        try
        {
            for (var read = 0L; read < (_settings.Limit ?? long.MaxValue); read++)
            {
                if (await _trace.ReadAsync(cancellationToken) is not { } request)
                {
                    break;
                }

                await _requests.Writer.WriteAsync(request, cancellationToken);
            }

            _requests.Writer.Complete();
        }
        catch (Exception exception)
        {
            _requests.Writer.Complete(exception);
        }
    }

    private async Task WorkAsync(CancellationTokenSource stop)
    {
        while (await _requests.Reader.WaitToReadAsync(stop.Token))
        {
            while (!stop.IsCancellationRequested && _requests.Reader.TryRead(out var request))
            {
                await _gate.EnterAsync(request.Key, stop.Token);
                try
                {
                    await RequestAsync(request, stop.Token);
                }
                finally
                {
                    _gate.Leave(request.Key);
                }

                if (_time.GetElapsedTime(Volatile.Read(ref _lastAnswer)) > LongestSilence)
                {
                    await stop.CancelAsync();
                }
            }
        }

        stop.Token.ThrowIfCancellationRequested();
    }

    private async ValueTask RequestAsync(TraceRequest request, CancellationToken cancellationToken)
    {
        var started = _time.GetTimestamp();
        try
        {
            var entry = await _cache.TryGetAsync(request.Key, cancellationToken);
            if (!entry.Found)
            {
                var options = new CacheSetOptions { TimeToLive = _settings.TimeToLive };
                await _cache.SetAsync(request.Key, ValueOf(request), options, cancellationToken);
            }

            var answered = _time.GetTimestamp();
            Volatile.Write(ref _lastAnswer, answered);
            _latencies.Record(_time.GetElapsedTime(started, answered));
            Counts.Answered(entry.Found);
        }
        catch (CacheException error)
        {
            Counts.Failed(error);
        }
    }

    private ReadOnlyMemory<byte> ValueOf(TraceRequest request)
    {
        var bytes = request.ValueBytes ?? _settings.ValueBytes;
        var filling = Volatile.Read(ref _filling);
        if (filling.Length < bytes)
        {
            filling = MakeFilling(bytes);
            Volatile.Write(ref _filling, filling);
        }

        return filling.AsMemory(0, bytes);
    }

    private static CacheUnavailableException Silence() => new(
        $"no request was answered for {LongestSilence.TotalSeconds:F0} seconds, so the replay stopped. Check the grid with 'ocache ring'.");
}
