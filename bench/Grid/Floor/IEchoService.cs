using Orleans.Concurrency;
using Orleans.Services;

namespace Orleans.Cache.GridBench.Floor;

/// <summary>A service of a silo that answers with so many bytes: called as the grid's doors are, with no cache behind it.</summary>
[Alias("orleans.cache.bench.echo")]
public interface IEchoService : IGrainService
{
    /// <summary>Takes a request and answers.</summary>
    [Alias("echo")]
    ValueTask<Immutable<byte[]>> EchoAsync(Immutable<byte[]> request, int replyBytes);
}
