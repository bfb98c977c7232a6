using System.Diagnostics.CodeAnalysis;

namespace Orleans.Cache.Contracts.Events;

/// <summary>Where a silo sends its events. Append-only, guarded by the wire contract test.</summary>
/// <param name="Provider">The name of its stream provider; <see langword="null"/>: this is not the silo that was meant.</param>
/// <param name="Key">The key of the stream, in <see cref="Namespace"/>.</param>
/// <param name="Run">Which run of the silo: higher in each; 0 until it has joined.</param>
/// <param name="Next">The number of the next event that it will send.</param>
/// <param name="Caches">The names of the caches that have events.</param>
[GenerateSerializer, Immutable, Alias("orleans.cache.event-stream-reply")]
[SuppressMessage("Performance", "CA1819", Justification = "A wire message: nobody changes it.")]
public readonly record struct EventStreamReply(
    [property: Id(0)] string? Provider,
    [property: Id(1)] string Key,
    [property: Id(2)] long Run,
    [property: Id(3)] long Next,
    [property: Id(4)] string[] Caches)
{
    /// <summary>The namespace of the silos' streams.</summary>
    public const string Namespace = "orleans-cache-events";
}
