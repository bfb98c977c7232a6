using Polly;
using Polly.CircuitBreaker;

namespace Orleans.Cache.Client.Loading;

/// <summary>Leaves a cache's source alone when too many loads fail. Safe for any number of threads.</summary>
internal sealed class SourceBreaker
{
    private readonly ResiliencePipeline? _pipeline;

    public SourceBreaker(CacheBreakerOptions options, TimeProvider time)
    {
        if (options.FailureRatio is { } ratio)
        {
            _pipeline = new ResiliencePipelineBuilder { TimeProvider = time }
                .AddCircuitBreaker(new CircuitBreakerStrategyOptions
                {
                    FailureRatio = ratio,
                    SamplingDuration = options.SamplingDuration,
                    MinimumThroughput = options.MinimumThroughput,
                    BreakDuration = options.BreakDuration,

                    // What the caller did wrong says nothing of the source.
                    ShouldHandle = new PredicateBuilder().Handle<Exception>(static exception => exception is not CacheRequestException),
                })
                .Build();
        }
    }

    /// <summary>Asks the source.</summary>
    /// <exception cref="CacheLoadException">The source is left alone.</exception>
    public async ValueTask<T> AskAsync<T>(Func<ValueTask<T>> source)
    {
        if (_pipeline is null)
        {
            return await source().ConfigureAwait(false);
        }

        try
        {
            return await _pipeline.ExecuteAsync(static (source, _) => source(), source, CancellationToken.None).ConfigureAwait(false);
        }
        catch (BrokenCircuitException exception)
        {
            throw CacheLoadException.SourceBroken(exception);
        }
    }
}
