namespace Orleans.Cache.Cli.Output.Documents;

/// <summary>A hot key.</summary>
/// <param name="Key">The key.</param>
/// <param name="Cache">Its cache.</param>
/// <param name="Owner">The silo that owns it.</param>
/// <param name="ReadsPerSecond">How often it is read, copies included.</param>
/// <param name="WritesPerSecond">How often it is written.</param>
/// <param name="Copies">How many other silos are asked for it.</param>
/// <param name="Pinned">Whether somebody wants it hot.</param>
internal sealed record HotKeyDocument(string Key, string Cache, string Owner, long ReadsPerSecond, long WritesPerSecond, int Copies, bool Pinned)
{
    /// <summary>Makes the document of a hot key.</summary>
    public static HotKeyDocument Of(HotKeyStatus key) => new(
        key.Key.ToString(), key.Cache, key.Owner, (long)Math.Round(key.ReadsPerSecond), (long)Math.Round(key.WritesPerSecond), key.Copies, key.IsPinned);
}
