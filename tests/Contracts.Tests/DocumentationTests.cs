namespace Orleans.Cache.Contracts.Tests;

/// <summary>What the pages name is there: files by their paths, and types and options by their names.</summary>
public sealed class DocumentationTests
{
    /// <summary>All but the decision records, which stay as they were written.</summary>
    public static TheoryData<string> Pages =>
    [
        "README.md",
        "CONTRIBUTING.md",
        .. Directory.EnumerateFiles(Repository.PathOf("docs"), "*.md", SearchOption.AllDirectories)
            .Select(static path => Path.GetRelativePath(Repository.Root, path).Replace('\\', '/'))
            .Where(static page => !page.StartsWith("docs/decisions/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal),
    ];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Page_NamesOnlyWhatIsThere(string page)
    {
        var missing = DocumentedNames.Missing(page, File.ReadAllText(Repository.PathOf(page)));

        Assert.True(!missing.Any(), $"{page} names what is not in the repository: {string.Join(", ", missing)}. Correct the page; a name that is not ours goes on the list in {nameof(DocumentedNames)}.");
    }

    [Fact]
    public void Check_FindsWhatIsMissing()
    {
        const string text = """
            A get starts in `src/Client/Caching/CacheClient.cs`, see [the ring](decisions/0003-ring-and-bounded-load.md) and
            src/Client/Caching/Gone.cs, [a page](formats/gone.md), https://example.org/a/b.md, /etc/c.json and artifacts/bin/d.json.
            `CacheClient`, `ICache.TryGetAsync`, `CacheEntry<T>` and `Cache:PartitionCount` are ours; `Debug`, `KEY` and `lower` are nobody's;
            `CacheKlient`, `ICache.TryGotAsync`, `ShardHoster<T>` and `Cache:PartitionCuont` are misspelt.
            """;

        Assert.Equal(
            ["src/Client/Caching/Gone.cs", "formats/gone.md", "CacheKlient", "TryGotAsync", "ShardHoster", "PartitionCuont"],
            DocumentedNames.Missing("docs/architecture.md", text));
    }
}
