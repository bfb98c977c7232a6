namespace Orleans.Cache.Engine.Shards;

/// <content>What hot keys ask of the shards.</content>
internal sealed partial class ShardHost
{
    /// <summary>The hash of a key on this silo.</summary>
    public ulong HashOf(ReadOnlySpan<byte> key) => _hash.Of(key);
}
