using System.Reflection;

namespace Orleans.Cache.Process.Tests.Processes;

/// <summary>Where the programs under test were built, as the build wrote it into this assembly.</summary>
internal static class Programs
{
    public static string Silo { get; } = PathOf("Orleans.Cache.Silo");

    public static string Cli { get; } = PathOf("ocache");

    /// <summary>The benchmark, which has a part for callers that load.</summary>
    public static string GridBench { get; } = PathOf("Orleans.Cache.GridBench");

    private static string PathOf(string name)
    {
        var path = typeof(Programs).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(attribute => attribute.Key == $"program:{name}").Value!;
        Assert.True(File.Exists(path), $"{path} is not there. Build this project: it builds the programs first.");
        return path;
    }
}
