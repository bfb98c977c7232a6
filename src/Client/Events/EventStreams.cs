using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Cache.Client.Routing;
using Orleans.Cache.Contracts.Events;
using Orleans.Cache.Engine.Events;
using Orleans.Streams;

namespace Orleans.Cache.Client.Events;

/// <summary>
/// The silos whose events this process follows, for all readers in it: from the first reader to the last. Safe for any number of threads.
/// </summary>
internal sealed class EventStreams(ITopologySource topology, IServiceProvider services, TimeProvider time, ILogger<EventStreams> logger) : IDisposable
{
    /// <summary>What a silo has sent before it left the grid may still be on its way for so long.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, SiloEvents> _silos = new(StringComparer.Ordinal);
    private volatile EventReader[] _readers = [];

    public TimeProvider Time => time;

    /// <summary>The silos that are followed.</summary>
    public int Silos
    {
        get
        {
            lock (_lock)
            {
                return _silos.Count;
            }
        }
    }

    public IStreamProvider? FindProvider(string name) => services.GetKeyedService<IStreamProvider>(name);

    /// <summary>Has a reader told of what happens from now on.</summary>
    /// <exception cref="CacheRequestException">The cache has no events, or this process has not the silos' stream provider.</exception>
    /// <exception cref="CacheUnavailableException">No silo can be reached.</exception>
    public async Task OpenAsync(NamedCache cache, EventReader reader, CancellationToken cancellationToken)
    {
        var snapshot = await topology.ConnectAsync(cancellationToken).ConfigureAwait(false);
        if (!cache.IsIn(snapshot) && !cache.IsIn(await topology.RefreshAsync(snapshot, cancellationToken).ConfigureAwait(false)))
        {
            throw cache.Unknown();
        }

        try
        {
            var replies = await Task.WhenAll(Add(reader)).WaitAsync(cancellationToken).ConfigureAwait(false);
            Check(cache, [.. replies.OfType<EventStreamReply>()]);
        }
        catch
        {
            // Whatever it is, and also when the caller gives up: the reader is never handed out, so nobody else would end it.
            await reader.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Tells a reader nothing more, and ends all subscriptions with the last.</summary>
    public async ValueTask CloseAsync(EventReader reader)
    {
        SiloEvents[] over = [];
        lock (_lock)
        {
            _readers = [.. _readers.Where(other => other != reader)];
            if (_readers.Length == 0)
            {
                topology.Changed -= OnChanged;
                over = [.. _silos.Values];
                _silos.Clear();
            }
        }

        await Task.WhenAll(over.Select(static silo => silo.DisposeAsync().AsTask())).ConfigureAwait(false);
    }

    /// <summary>Tells those who want to know of an event.</summary>
    public void Tell(string silo, string cache, in EventRecord record)
    {
        byte[]? subject = null;
        foreach (var reader in _readers)
        {
            if (reader.Cache == cache && reader.Wants(record.Kind, record.Subject))
            {
                subject ??= record.Subject.ToArray();
                var isOfKey = record.Kind is not (CacheEventKind.TagsRemoved or CacheEventKind.Cleared);
                reader.Add(new CacheEvent
                {
                    Kind = record.Kind,
                    Key = isOfKey ? subject : default(CacheKey),
                    Tags = isOfKey ? default : subject,
                    Version = record.Version,
                    Silo = silo,
                });
            }
        }
    }

    /// <summary>Tells all that events of a silo are missing.</summary>
    public void TellMissed(string silo, long? missed)
    {
        foreach (var reader in _readers)
        {
            reader.Add(new CacheEvent { Kind = CacheEventKind.Missed, Missed = missed, Silo = silo });
        }
    }

    public void Dispose()
    {
        foreach (var reader in _readers)
        {
            _ = reader.DisposeAsync().AsTask();
        }
    }

    private void Check(NamedCache cache, EventStreamReply[] replies)
    {
        if (replies.Length == 0)
        {
            throw new CacheUnavailableException("No silo of the grid can be listened to. Try again; if it goes on, look at the health of the silos and of their stream provider.");
        }

        if (replies.Any(reply => !reply.Caches.Contains(cache.Name, StringComparer.Ordinal)))
        {
            throw CacheRequestException.EventsOff(cache.Name);
        }

        if (replies.FirstOrDefault(reply => FindProvider(reply.Provider!) is null) is { Provider: { } missing })
        {
            throw CacheRequestException.NoStreamProvider(missing);
        }
    }

    private Task<EventStreamReply?>[] Add(EventReader reader)
    {
        lock (_lock)
        {
            var isFirst = _readers.Length == 0;
            _readers = [.. _readers, reader];
            if (isFirst)
            {
                topology.Changed += OnChanged;
            }

            FollowLocked(topology.Current, isFollowedFromStart: !isFirst);
            return [.. _silos.Values.Where(static silo => !silo.IsGone).Select(static silo => silo.Begun)];
        }
    }

    private void OnChanged(GridSnapshot before, GridSnapshot now)
    {
        lock (_lock)
        {
            if (_readers.Length > 0)
            {
                FollowLocked(now, isFollowedFromStart: true);
            }
        }
    }

    private void FollowLocked(GridSnapshot snapshot, bool isFollowedFromStart)
    {
        foreach (var node in snapshot.Nodes)
        {
            if (_silos.TryGetValue(node.Descriptor.Name, out var known))
            {
                known.IsGone = false;
                known.Use(node);
            }
            else
            {
                var silo = new SiloEvents(node, this, isFollowedFromStart, logger);
                _silos.Add(node.Descriptor.Name, silo);
                silo.Start();
            }
        }

        var names = snapshot.Nodes.Select(static node => node.Descriptor.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var (name, silo) in _silos)
        {
            if (!names.Contains(name) && !silo.IsGone)
            {
                silo.IsGone = true;
                _ = LetGoAsync(name, silo);
            }
        }
    }

    private async Task LetGoAsync(string name, SiloEvents silo)
    {
        await Task.Delay(Grace, time).ConfigureAwait(false);
        lock (_lock)
        {
            if (!silo.IsGone || _silos.GetValueOrDefault(name) != silo)
            {
                return;
            }

            _silos.Remove(name);
        }

        if (!silo.IsOver)
        {
            // Whatever it had not sent when it was lost.
            TellMissed(name, null);
        }

        await silo.DisposeAsync().ConfigureAwait(false);
    }
}
