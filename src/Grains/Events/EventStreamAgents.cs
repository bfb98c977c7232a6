using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Providers;
using Orleans.Providers.Streams.Common;
using Orleans.Streams;

namespace Orleans.Cache.Grains.Events;

/// <summary>
/// Keeps the own memory streams at rest where no cache has events: four queues that are asked a hundred times a second cost each of three
/// silos that do nothing else two percent of a processor.
/// </summary>
/// <remarks>
/// <see cref="Orleans.Configuration.StreamLifecycleOptions.StartupState"/> alone is not enough: the agents begin all the same when the queues
/// are shared out anew, so as soon as another silo joins, unless they were told to stop.
/// </remarks>
internal sealed class EventStreamAgents(IServiceProvider services, IOptions<CacheGridOptions> options) : ILifecycleParticipant<ISiloLifecycle>
{
    /// <summary>Whether some cache has events, and they go by the own memory streams.</summary>
    public static bool AreUsed(CacheGridOptions options, IServiceProvider services) =>
        options.Caches.Values.Any(static cache => cache.Events) && services.EventStreamProviderOf(options.Events.StreamProvider) == CacheGridDefaults.EventMemoryStreams;

    // The provider knows its agents as soon as the silo is active.
    public void Participate(ISiloLifecycle observer) =>
        observer.Subscribe(nameof(EventStreamAgents), ServiceLifecycleStage.Active + 1, RestAsync);

    private Task RestAsync(CancellationToken cancellationToken) =>
        AreUsed(options.Value, services) || services.GetRequiredKeyedService<IStreamProvider>(CacheGridDefaults.EventMemoryStreams) is not IControllable provider
            ? Task.CompletedTask
            : provider.ExecuteCommand((int)PersistentStreamProviderCommand.StopAgents, null!);
}
