namespace Orleans.Cache;

/// <summary>A key that is read so often that other silos have copies of it.</summary>
/// <param name="Cache">Its cache.</param>
/// <param name="Key">The key.</param>
/// <param name="Owner">The name of the silo that owns it.</param>
/// <param name="Copies">How many other silos are asked for it.</param>
/// <param name="ReadsPerSecond">How often it is read in a second, copies included; smoothed over some seconds, and reckoned from one read of 64.</param>
/// <param name="WritesPerSecond">How often it is written in a second; smoothed.</param>
/// <param name="IsPinned">Whether it is hot because somebody said so.</param>
public sealed record HotKeyStatus(string Cache, CacheKey Key, string Owner, int Copies, double ReadsPerSecond, double WritesPerSecond, bool IsPinned);
