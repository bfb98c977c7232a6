namespace Orleans.Cache.Contracts.Tests;

/// <summary>Text that was looked at and found good, in a file beside the tests: a change of it shows in the review as a difference.</summary>
internal static class Approved
{
    private const string Folder = "tests/Contracts.Tests/Approved";

    public static void Equal(string name, string actual)
    {
        var approved = $"{Folder}/{name}.approved.txt";
        var received = $"{Folder}/{name}.received.txt";
        var expected = File.Exists(Repository.PathOf(approved)) ? File.ReadAllText(Repository.PathOf(approved)).ReplaceLineEndings("\n") : string.Empty;
        if (expected == actual)
        {
            File.Delete(Repository.PathOf(received));
            return;
        }

        File.WriteAllText(Repository.PathOf(received), actual);
        string[] expectedLines = [.. InContext(expected)];
        string[] actualLines = [.. InContext(actual)];
        Assert.Fail($"""
            {name} is not what was approved.
              gone: {Lines(expectedLines.Except(actualLines, StringComparer.Ordinal))}
              new:  {Lines(actualLines.Except(expectedLines, StringComparer.Ordinal))}
            If the change is meant (on the wire nothing may change its number or meaning, only be added), approve it and commit the file:
              mv {received} {approved}
            """);
    }

    /// <summary>Every line behind the heading that it stands under: the same member may stand under several.</summary>
    private static IEnumerable<string> InContext(string text)
    {
        var heading = string.Empty;
        foreach (var line in text.Split('\n').Where(static line => line.Length > 0))
        {
            heading = line[0] == ' ' ? heading : line;
            yield return line[0] == ' ' ? $"{heading} | {line.Trim()}" : line;
        }
    }

    private static string Lines(IEnumerable<string> lines) => string.Join("\n        ", lines.DefaultIfEmpty("nothing, at most their order"));
}
