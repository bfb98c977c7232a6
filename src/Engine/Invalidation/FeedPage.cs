namespace Orleans.Cache.Engine.Invalidation;

/// <summary>What a subscriber is told in one answer.</summary>
/// <param name="Session">The numbering that <paramref name="Next"/> belongs to; a feed without subscribers begins a new one.</param>
/// <param name="Next">The number of the first event that is not in this page: the subscriber says it next time, and so acknowledges the rest.</param>
/// <param name="IsGap">Events between what the subscriber knew and <paramref name="Next"/> are gone: nothing that it holds of this silo counts any more.</param>
/// <param name="Count">How many events were copied.</param>
internal readonly record struct FeedPage(long Session, long Next, bool IsGap, int Count);
