using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Orleans.Cache.Client.Routing;
using Orleans.Cache.Contracts.Invalidation;
using Orleans.Cache.Engine.Invalidation;

namespace Orleans.Cache.Client.Near;

/// <summary>Follows the changes of one silo: asks, takes note of the answer, and asks again.</summary>
/// <remarks>Trusts numbers and its own clock, not delivery: an answer says what happened up to when the question left, and what is missing shows in the number.</remarks>
internal sealed partial class FeedReader(RoutedNode node, NearCaches caches, NearTrust trust, ILogger logger) : IDisposable
{
    /// <summary>After a failure the next question waits so long, so that a silo that is gone costs little.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>An answer comes several times within the staleness, also where nothing happens: so that one may be lost.</summary>
    private const int PartsOfStaleness = 3;

    private readonly CancellationTokenSource _stopping = new();
    private readonly FeedState _state = new();
    private NearCache?[] _numbered = [];
    private string[] _names = [];
    private long _session;
    private long _next;
    private long _ownedVersion = -1;
    private bool _hasFailed;

    /// <summary>Begins to follow, until it is disposed of.</summary>
    public void Start() => _ = Task.Run(RunAsync);

    /// <inheritdoc/>
    public void Dispose() => _stopping.Cancel();

    private async Task RunAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                await AskAsync().ConfigureAwait(false);
                _hasFailed = false;
            }
#pragma warning disable CA1031 // Whatever failed, the silo is asked again until it has left the grid; without answers its entries are not read here.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                if (!_hasFailed)
                {
                    LogFailed(node.Descriptor.Name, exception);
                }

                _hasFailed = true;
                node.NoteSilence();
                await Task.Delay(Pause, caches.Time, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        trust.Drop(_state, isOver: true);
    }

    private async Task AskAsync()
    {
        var sentAt = caches.Clock.Now;
        var staleness = caches.ShortestStaleness;
        var request = new FollowRequest(
            node.Descriptor.Address, caches.Subscriber, _session, _next, _ownedVersion, (int)(staleness / PartsOfStaleness), caches.AreStrict);

        // Without an answer by then nothing is read any more in any case: another way may be open.
        var reply = await node.Door.FollowAsync(request).AsTask().WaitAsync(TimeSpan.FromMilliseconds(staleness), caches.Time, _stopping.Token).ConfigureAwait(false);
        using (reply.Events)
        {
            if (reply.Session == 0)
            {
                throw new InvalidOperationException($"Another silo answered than {node.Descriptor.Address}.");
            }

            Take(reply);
        }

        // Last: from here on others believe what was noted above.
        _state.VerifiedAt = sentAt;
    }

    private void Take(in FollowReply reply)
    {
        if (reply.IsGap)
        {
            trust.Drop(_state, isOver: false);
            _names = reply.Caches ?? [];
            _numbered = [];
        }

        if (reply.Events is { } bytes)
        {
            Note(MemoryMarshal.Cast<byte, FeedEvent>(bytes.Span));
        }

        if (reply.Partitions is { } partitions && reply.Epochs is { } epochs)
        {
            trust.Take(_state, partitions, epochs);
        }

        (_session, _next, _ownedVersion) = (reply.Session, reply.Next, reply.OwnedVersion);
    }

    private void Note(ReadOnlySpan<FeedEvent> events)
    {
        foreach (ref readonly var change in events)
        {
            if (change.Kind != FeedEventKind.Entry)
            {
                CacheOf(change.Cache)?.ForgetTagged(all: change.Kind == FeedEventKind.All);
                continue;
            }

            trust.NoteInvalidation(change.KeyHash);
            CacheOf(change.Cache)?.Invalidate(change.KeyHash, change.Below);
        }
    }

    /// <summary>The near cache that events give a number; none where this process does not use it.</summary>
    private NearCache? CacheOf(int number)
    {
        if (number >= _names.Length)
        {
            return null;
        }

        if (_numbered.Length != _names.Length)
        {
            _numbered = new NearCache?[_names.Length];
        }

        return _numbered[number] ??= caches.Find(_names[number]);
    }

    [LoggerMessage(EventIds.FeedFailed, LogLevel.Debug, "The changes of silo {Silo} cannot be followed. Near copies of its entries are not read until they can.")]
    private partial void LogFailed(string silo, Exception exception);
}
