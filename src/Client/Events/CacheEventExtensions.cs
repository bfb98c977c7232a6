using System.Text;
using Orleans.Cache.Engine.Invalidation;
using Orleans.Cache.Engine.Shards;

namespace Orleans.Cache;

/// <summary>What can be asked of an event.</summary>
public static class CacheEventExtensions
{
    /// <summary>Whether an event is of a removal by tags, and a tag was among them. Silos keep hashes of tags only, so their names are not told.</summary>
    /// <param name="happened">The event.</param>
    /// <param name="tag">A tag as it was removed; not <c>*</c>, which is <see cref="CacheEventKind.Cleared"/>.</param>
    public static bool HasTag(this in CacheEvent happened, string tag)
    {
        ArgumentNullException.ThrowIfNull(tag);
        var section = happened.Tags.Span;
        var hash = FeedHash.Of(Encoding.UTF8.GetBytes(tag));
        for (var index = 0; index < TagSection.CountOf(section); index++)
        {
            if (TagSection.HashAt(section, index) == hash)
            {
                return true;
            }
        }

        return false;
    }
}
