namespace Orleans.Cache.Cli.Output.Documents;

/// <summary>What <c>hot --json</c> prints.</summary>
/// <param name="Keys">The hot keys, the most read first.</param>
internal sealed record HotKeysDocument(IReadOnlyList<HotKeyDocument> Keys)
{
    /// <summary>Makes the document of what the silos say.</summary>
    public static HotKeysDocument Of(IEnumerable<HotKeyStatus> keys) => new([.. keys.Select(HotKeyDocument.Of)]);
}
