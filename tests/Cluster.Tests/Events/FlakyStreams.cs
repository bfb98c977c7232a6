using Orleans.Providers;
using Orleans.Streams;

namespace Orleans.Cache.Cluster.Tests.Events;

/// <summary>Memory streams that take nothing while they are told to fail.</summary>
internal sealed class FlakyStreams
{
    public const string Name = "flaky";

    private int _given;

    /// <summary>How often something was given to them.</summary>
    public int Given => Volatile.Read(ref _given);

    /// <summary>Whether what is given to them is refused.</summary>
    public bool AreDown { get; set; }

    public void AddTo(ISiloBuilder silo) => AddTo(silo, Name);

    public void AddTo(ISiloBuilder silo, string name)
    {
        silo.AddMemoryGrainStorage(name);
        silo.AddPersistentStreams(
            name,
            (services, name) => new Factory(this, MemoryAdapterFactory<DefaultMemoryMessageBodySerializer>.Create(services, name)),
            static streams => streams.ConfigurePullingAgent(static options => options.Configure(static agents => agents.GetQueueMsgsTimerPeriod = TimeSpan.FromMilliseconds(10))));
    }

    private sealed class Factory(FlakyStreams streams, IQueueAdapterFactory inner) : IQueueAdapterFactory
    {
        public async Task<IQueueAdapter> CreateAdapter() => new Adapter(streams, await inner.CreateAdapter());

        public IQueueAdapterCache GetQueueAdapterCache() => inner.GetQueueAdapterCache();

        public IStreamQueueMapper GetStreamQueueMapper() => inner.GetStreamQueueMapper();

        public Task<IStreamFailureHandler> GetDeliveryFailureHandler(QueueId queueId) => inner.GetDeliveryFailureHandler(queueId);
    }

    private sealed class Adapter(FlakyStreams streams, IQueueAdapter inner) : IQueueAdapter
    {
        public string Name => inner.Name;

        public bool IsRewindable => inner.IsRewindable;

        public StreamProviderDirection Direction => inner.Direction;

        public Task QueueMessageBatchAsync<T>(StreamId streamId, IEnumerable<T> events, StreamSequenceToken token, Dictionary<string, object> requestContext)
        {
            Interlocked.Increment(ref streams._given);
            return streams.AreDown ? throw new InvalidOperationException("the test has taken the streams down") : inner.QueueMessageBatchAsync(streamId, events, token, requestContext);
        }

        public IQueueAdapterReceiver CreateReceiver(QueueId queueId) => inner.CreateReceiver(queueId);
    }
}
