namespace Orleans.Cache.Contracts.Loading;

/// <summary>The answer to a <see cref="LoadRequest"/>. Append-only, guarded by the wire contract test.</summary>
/// <param name="Answer">What came of it.</param>
/// <param name="Token">Of a lease that was granted.</param>
/// <param name="LeaseMilliseconds">For how long, unless it is renewed.</param>
/// <param name="MapVersion">The version of the map that the silo has.</param>
[GenerateSerializer, Immutable, Alias("orleans.cache.load-reply")]
public readonly record struct LoadReply(
    [property: Id(0)] LoadAnswer Answer,
    [property: Id(1)] long Token,
    [property: Id(2)] int LeaseMilliseconds,
    [property: Id(3)] long MapVersion);
