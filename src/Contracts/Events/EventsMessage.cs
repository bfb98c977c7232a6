using System.Diagnostics.CodeAnalysis;

namespace Orleans.Cache.Contracts.Events;

/// <summary>
/// What a silo sends on its stream of events: some, or none to say that it is there. Append-only, guarded by the wire contract test.
/// </summary>
/// <param name="Silo">The silo's name.</param>
/// <param name="Run">Which run of it: higher in each.</param>
/// <param name="First">
/// The number of the first event. A run counts from 1, those too that it had no room to keep: what is between two messages is lost.
/// </param>
/// <param name="Count">How many events there are.</param>
/// <param name="Caches">The names of the caches that events number.</param>
/// <param name="Events">Them: see docs/formats/events.md.</param>
/// <param name="Mark">What else there is to say.</param>
[GenerateSerializer, Immutable, Alias("orleans.cache.events")]
[SuppressMessage("Performance", "CA1819", Justification = "A wire message: nobody changes it.")]
public sealed record EventsMessage(
    [property: Id(0)] string Silo,
    [property: Id(1)] long Run,
    [property: Id(2)] long First,
    [property: Id(3)] int Count,
    [property: Id(4)] string[] Caches,
    [property: Id(5)] byte[] Events,
    [property: Id(6)] EventsMark Mark);
