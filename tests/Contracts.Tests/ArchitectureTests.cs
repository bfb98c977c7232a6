using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Xml.Linq;

namespace Orleans.Cache.Contracts.Tests;

/// <summary>Which project may know which: each knows those below it only, and the lowest two know nothing of Orleans.</summary>
public sealed class ArchitectureTests
{
    private const string Prefix = "Orleans.Cache.";

    /// <summary>Every project, its assembly, and the one project that it refers to; what that one knows it may know too.</summary>
    private static readonly Dictionary<string, (string Assembly, string? Below)> Projects = new()
    {
        ["Abstractions"] = (Prefix + "Abstractions", null),
        ["Engine"] = (Prefix + "Engine", "Abstractions"),
        ["Contracts"] = (Prefix + "Contracts", "Engine"),
        ["Client"] = (Prefix + "Client", "Contracts"),
        ["Grains"] = (Prefix + "Grains", "Client"),
        ["PostgreSql"] = (Prefix + "PostgreSql", "Grains"),
        ["Silo"] = (Prefix + "Silo", "PostgreSql"),
        ["Cli"] = ("ocache", "PostgreSql"),
    };

    public static TheoryData<string> All => [.. Projects.Keys];

    [Fact]
    public void Projects_InSource_AreThoseOfThisTest() => Assert.Equal(
        Projects.Keys.Order(StringComparer.Ordinal),
        Directory.EnumerateFiles(Repository.PathOf("src"), "*.csproj", SearchOption.AllDirectories)
            .Select(static path => Path.GetFileNameWithoutExtension(path))
            .Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(All))]
    public void Project_RefersToTheOneBelowIt(string project)
    {
        var references = Items(project, "ProjectReference").Select(static path => Path.GetFileNameWithoutExtension(path.Replace('\\', '/')));

        Assert.Equal(Projects[project].Below is { } below ? [below] : [], references);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Assembly_RefersOnlyToThoseBelowIt(string project)
    {
        var allowed = Below(project).Select(static below => Projects[below].Assembly);

        Assert.Empty(ReferencesOf(project)
            .Where(static name => name.StartsWith(Prefix, StringComparison.Ordinal) || name == Projects["Cli"].Assembly)
            .Except(allowed, StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("Abstractions")]
    [InlineData("Engine")]
    public void Assembly_OfTheLowestTwo_KnowsNothingOfOrleans(string project)
    {
        Assert.DoesNotContain(ReferencesOf(project), static name =>
            name.StartsWith("Orleans.", StringComparison.Ordinal) && !name.StartsWith(Prefix, StringComparison.Ordinal));
        Assert.DoesNotContain(Items(project, "PackageReference"), static package => package.Contains("Orleans", StringComparison.Ordinal));
    }

    private static IEnumerable<string> Below(string project)
    {
        for (var below = Projects[project].Below; below is not null; below = Projects[below].Below)
        {
            yield return below;
        }
    }

    private static IEnumerable<string> Items(string project, string kind) =>
        XDocument.Load(Repository.PathOf($"src/{project}/{project}.csproj")).Descendants(kind).Select(static item => item.Attribute("Include")!.Value);

    private static string[] ReferencesOf(string project)
    {
        using var file = File.OpenRead(Path.Combine(AppContext.BaseDirectory, $"{Projects[project].Assembly}.dll"));
        using var image = new PEReader(file);
        var metadata = image.GetMetadataReader();
        return [.. metadata.AssemblyReferences.Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name))];
    }
}
