using System.Reflection;

namespace Orleans.Cache.Contracts.Tests;

/// <summary>The files of the repository that these tests were built from.</summary>
internal static class Repository
{
    public static string Root { get; } =
        typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(static attribute => attribute.Key == "RepositoryRoot").Value!;

    /// <summary>Every C# file below src, without what builds leave there.</summary>
    public static IReadOnlyList<(string Path, string Text)> Sources { get; } =
    [
        .. Directory.EnumerateFiles(PathOf("src"), "*.cs", SearchOption.AllDirectories)
            .Select(static path => Path.GetRelativePath(Root, path))
            .Where(static path => !path.Split(Path.DirectorySeparatorChar).Intersect(["bin", "obj"]).Any())
            .Order(StringComparer.Ordinal)
            .Select(static path => (path, File.ReadAllText(PathOf(path)))),
    ];

    public static string PathOf(string relative) => Path.Combine(Root, relative);
}
