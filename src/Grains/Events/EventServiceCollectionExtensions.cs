using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Orleans.Cache.Grains.Hosting;
using Orleans.Configuration;
using Orleans.Storage;
using Orleans.Streams;

namespace Orleans.Cache.Grains.Events;

/// <summary>Registers what sends events, and memory streams to send them by where the host brings nothing else.</summary>
internal static class EventServiceCollectionExtensions
{
    /// <summary>Each is asked a hundred times a second, so as few as let every silo of a usual grid have one.</summary>
    private const int Queues = 4;

    private static readonly TimeSpan PollPeriod = TimeSpan.FromMilliseconds(10);

    public static IServiceCollection AddEvents(this IServiceCollection services)
    {
        services.TryAddSingleton<EventMetrics>();
        services.TryAddSingleton<EventStatus>();
        services.TryAddSingleton<EventPublisher>();
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(static provider => provider.GetRequiredService<EventPublisher>());
        services.AddHealthChecks().AddCheck<EventHealthCheck>("cache-events", tags: [ReadinessCheck.Tag]);
        return services;
    }

    public static ISiloBuilder AddEventStreams(this ISiloBuilder builder)
    {
        builder.AddStreaming();
        const string Name = CacheGridDefaults.EventMemoryStreams;
        if (builder.Services.Any(static service => service.ServiceType == typeof(IStreamProvider) && Name.Equals(service.ServiceKey)))
        {
            return builder;
        }

        builder.AddMemoryStreams(Name, static streams =>
        {
            streams.ConfigurePartitioning(Queues);

            // Where no cache has events, or they go by another provider, nothing is to be fetched, so nobody looks for any.
            streams.Configure<StreamLifecycleOptions>(static options => options.Configure<IOptions<CacheGridOptions>, IServiceProvider>(static (lifecycle, grid, services) =>
                lifecycle.StartupState = EventStreamAgents.AreUsed(grid.Value, services) ? StreamLifecycleOptions.RunState.AgentsStarted : StreamLifecycleOptions.RunState.AgentsStopped));
            streams.Configure<StreamPullingAgentOptions>(static options => options.Configure(static agents => agents.GetQueueMsgsTimerPeriod = PollPeriod));
        });

        builder.Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>, EventStreamAgents>();

        // By the provider's own name, so that it serves nothing else of the host.
        if (!builder.Services.Any(static service => service.ServiceType == typeof(IGrainStorage) && Name.Equals(service.ServiceKey)))
        {
            builder.AddMemoryGrainStorage(Name);
        }

        return builder;
    }

    /// <summary>The stream provider that events go by: what is configured, unless nobody has brought what that is by default.</summary>
    public static string EventStreamProviderOf(this IServiceProvider services, string configured) =>
        configured == CacheGridDefaults.EventStreamProvider && services.GetKeyedService<IStreamProvider>(configured) is null ? CacheGridDefaults.EventMemoryStreams : configured;
}
