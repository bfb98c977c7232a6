using System.Buffers;
using System.Runtime.InteropServices;
using Orleans.Cache.Contracts.Invalidation;
using Orleans.Cache.Contracts.Nodes;
using Orleans.Cache.Engine.Copies;
using Orleans.Cache.Engine.Invalidation;
using Orleans.Cache.Engine.Shards;

namespace Orleans.Cache.Grains.Invalidation;

/// <summary>Answers those who follow this silo's changes: when there are some, or when a subscriber must know that there are none. Safe for any number of threads.</summary>
internal sealed class FeedService(InvalidationFeed feed, PartitionCopies copies, ShardHost shards, TimeProvider time)
{
    private const int MostEvents = 8192;

    /// <summary>
    /// Answers that no write waits for come no closer to one another: without that, a subscriber of a busy silo would ask as often as an answer
    /// takes, and cost the silo more than the writes do.
    /// </summary>
    private static readonly TimeSpan Linger = TimeSpan.FromMilliseconds(2);

    private static readonly TimeSpan LongestHold = TimeSpan.FromSeconds(1);

    /// <summary>Answers a subscriber of this silo.</summary>
    public async ValueTask<FollowReply> FollowAsync(FollowRequest request)
    {
        feed.Hear(request.Subscriber, request.Session, request.Next, request.IsStrict);
        if (request.OwnedVersion == copies.Served.Version)
        {
            await WaitForNewsAsync(request);
        }

        return Answer(request);
    }

    private async Task WaitForNewsAsync(FollowRequest request)
    {
        var hold = TimeSpan.FromMilliseconds(Math.Clamp(request.HoldMilliseconds, 0, LongestHold.TotalMilliseconds));
        var asked = time.GetTimestamp();
        var urgent = feed.WaitForNewsAsync(request.Session, request.Next, onlyUrgent: true);
        await feed.WaitForNewsAsync(request.Session, request.Next, onlyUrgent: false).WaitAsync(hold, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var left = Linger - time.GetElapsedTime(asked);
        if (left > TimeSpan.Zero && !urgent.IsCompleted)
        {
            await urgent.WaitAsync(left, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private FollowReply Answer(in FollowRequest request)
    {
        var events = ArrayPool<FeedEvent>.Shared.Rent(MostEvents);
        try
        {
            var page = feed.Read(request.Session, request.Next, events.AsSpan(0, MostEvents));
            BatchBytes? bytes = null;
            if (page.Count > 0)
            {
                var packed = MemoryMarshal.AsBytes(events.AsSpan(0, page.Count));
                var rented = ArrayPool<byte>.Shared.Rent(packed.Length);
                packed.CopyTo(rented);
                bytes = BatchBytes.ReplyOf(rented, packed.Length);
            }

            // After the events: what is served now was served when they were read, or is new to the subscriber.
            var served = copies.Served;
            var isNews = page.IsGap || served.Version != request.OwnedVersion;
            return new FollowReply(
                page.Session,
                page.Next,
                page.IsGap,
                bytes,
                served.Version,
                isNews ? served.Partitions : null,
                isNews ? served.Epochs : null,
                page.IsGap ? [.. shards.CacheNames] : null);
        }
        finally
        {
            ArrayPool<FeedEvent>.Shared.Return(events);
        }
    }
}
