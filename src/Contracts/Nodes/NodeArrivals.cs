namespace Orleans.Cache.Contracts.Nodes;

/// <summary>The wire form of <see cref="SiloArrivals"/>. Append-only, guarded by the wire contract test.</summary>
/// <param name="Entries">See <see cref="SiloArrivals.Entries"/>.</param>
/// <param name="Bytes">See <see cref="SiloArrivals.Bytes"/>.</param>
/// <param name="TakenOver">See <see cref="SiloArrivals.TakenOver"/>.</param>
/// <param name="PausesMilliseconds">See <see cref="SiloArrivals.Pauses"/>.</param>
[GenerateSerializer, Immutable, Alias("orleans.cache.node-arrivals")]
public sealed record NodeArrivals(
    [property: Id(0)] long Entries,
    [property: Id(1)] long Bytes,
    [property: Id(2)] long TakenOver,
    [property: Id(3)] int[] PausesMilliseconds)
{
    /// <summary>What callers see.</summary>
    public SiloArrivals ToArrivals() => new(Entries, Bytes, TakenOver, Array.ConvertAll(PausesMilliseconds, static pause => TimeSpan.FromMilliseconds(pause)));
}
