using Orleans.Cache.Engine.Events;

namespace Orleans.Cache.Engine.Shards;

/// <content>What applications are told.</content>
internal sealed partial class CacheStore
{
    /// <summary>Where its events go; <see langword="null"/> where nobody is told.</summary>
    public StoreEvents? Events { get; }
}
