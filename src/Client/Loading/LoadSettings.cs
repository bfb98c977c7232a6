using System.Globalization;

namespace Orleans.Cache.Client.Loading;

/// <summary>What counts for a load: the call's options, the cache's and the defaults, as one. Immutable.</summary>
internal sealed record LoadSettings
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(3650);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    public TimeSpan? TimeToLive { get; private init; }

    public TimeSpan? SlidingExpiration { get; private init; }

    public IReadOnlyList<string>? Tags { get; private init; }

    public double TimeToLiveJitter { get; private init; }

    public TimeSpan? NullTimeToLive { get; private init; }

    public double EarlyRefresh { get; private init; }

    public TimeSpan BackgroundRefresh { get; private init; }

    public TimeSpan StaleWhileRevalidate { get; private init; }

    public TimeSpan FailSafe { get; private init; }

    public TimeSpan FailSafeThrottle { get; private init; } = TimeSpan.FromSeconds(5);

    public TimeSpan ErrorTimeToLive { get; private init; }

    public TimeSpan? SoftTimeout { get; private init; }

    public TimeSpan HardTimeout { get; private init; } = TimeSpan.FromSeconds(30);

    /// <summary>Whether hits may load anew.</summary>
    public bool MayRefresh => EarlyRefresh > 0 || BackgroundRefresh > TimeSpan.Zero;

    /// <summary>For how long an entry is kept after its time is over.</summary>
    public TimeSpan Kept => StaleWhileRevalidate > FailSafe ? StaleWhileRevalidate : FailSafe;

    /// <summary>These settings, with what options set.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public LoadSettings With(CacheLoadOptions options)
    {
        foreach (var failure in Failures(options))
        {
            throw new ArgumentOutOfRangeException(nameof(options), failure);
        }

        return new LoadSettings
        {
            TimeToLive = options.TimeToLive ?? TimeToLive,
            SlidingExpiration = options.SlidingExpiration ?? SlidingExpiration,
            Tags = options.Tags ?? Tags,
            TimeToLiveJitter = options.TimeToLiveJitter ?? TimeToLiveJitter,
            NullTimeToLive = options.NullTimeToLive ?? NullTimeToLive,
            EarlyRefresh = options.EarlyRefresh ?? EarlyRefresh,
            BackgroundRefresh = options.BackgroundRefresh ?? BackgroundRefresh,
            StaleWhileRevalidate = options.StaleWhileRevalidate ?? StaleWhileRevalidate,
            FailSafe = options.FailSafe ?? FailSafe,
            FailSafeThrottle = options.FailSafeThrottle ?? FailSafeThrottle,
            ErrorTimeToLive = options.ErrorTimeToLive ?? ErrorTimeToLive,
            SoftTimeout = options.SoftTimeout ?? SoftTimeout,
            HardTimeout = options.HardTimeout ?? HardTimeout,
        };
    }

    /// <summary>What is wrong with options.</summary>
    public static IEnumerable<string> Failures(CacheLoadOptions options)
    {
        var millisecond = TimeSpan.FromMilliseconds(1);
        return ((string?[])
        [
            Number(nameof(options.TimeToLiveJitter), options.TimeToLiveJitter, 0, 1),
            Number(nameof(options.EarlyRefresh), options.EarlyRefresh, 0, 100),
            TimeToLiveOf(nameof(options.TimeToLive), options.TimeToLive, millisecond),
            TimeToLiveOf(nameof(options.SlidingExpiration), options.SlidingExpiration, millisecond),
            TimeToLiveOf(nameof(options.NullTimeToLive), options.NullTimeToLive, TimeSpan.Zero),
            Range(nameof(options.BackgroundRefresh), options.BackgroundRefresh, TimeSpan.Zero, Longest),
            Range(nameof(options.StaleWhileRevalidate), options.StaleWhileRevalidate, TimeSpan.Zero, Longest),
            Range(nameof(options.FailSafe), options.FailSafe, TimeSpan.Zero, Longest),
            Range(nameof(options.FailSafeThrottle), options.FailSafeThrottle, TimeSpan.Zero, Hour),
            Range(nameof(options.ErrorTimeToLive), options.ErrorTimeToLive, TimeSpan.Zero, Hour),
            Range(nameof(options.SoftTimeout), options.SoftTimeout, millisecond, Hour),
            Range(nameof(options.HardTimeout), options.HardTimeout, millisecond, Hour),
        ]).OfType<string>();
    }

    private static string? TimeToLiveOf(string name, TimeSpan? value, TimeSpan least) =>
        value == Timeout.InfiniteTimeSpan ? null : Range(name, value, least, Longest);

    private static string? Number(string name, double? value, double least, double most) =>
        value is { } number && !(number >= least && number <= most)
            ? string.Create(CultureInfo.InvariantCulture, $"{name} is {number}. It must be {least} to {most}.")
            : null;

    private static string? Range(string name, TimeSpan? value, TimeSpan least, TimeSpan most) =>
        value < least || value > most ? $"{name} is {value}. It must be {least} to {most}." : null;
}
