using System.Globalization;
using FsCheck;

namespace Orleans.Cache.Engine.Tests;

/// <summary>
/// Runs properties with the same cases every time. A failure prints the case, shrunk, and the seed; the variable
/// <c>ORLEANS_CACHE_TEST_SEED</c> tries other cases.
/// </summary>
internal static class PropertyCheck
{
    private const ulong DefaultSeed = 20_261_120;

    // FsCheck wants an odd number beside the seed.
    private const ulong Gamma = 0x9E37_79B9_7F4A_7C15;

    public static void Holds(Property property, int cases = 100)
    {
        var seed = Environment.GetEnvironmentVariable("ORLEANS_CACHE_TEST_SEED") is { Length: > 0 } text
            ? ulong.Parse(text, CultureInfo.InvariantCulture)
            : DefaultSeed;
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(cases).WithReplay(seed, Gamma), property);
    }
}
