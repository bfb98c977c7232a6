namespace Orleans.Cache.Engine.Index;

/// <summary>One tag after the other, for processors without vectors and to check <see cref="VectorTags"/> against.</summary>
internal readonly unsafe struct ScalarTags : ITagMatcher
{
    private const int Bytes = 16;

    /// <inheritdoc/>
    public static uint Match(byte* bucket, byte tag)
    {
        uint mask = 0;
        for (var index = 0; index < Bytes; index++)
        {
            mask |= (bucket[index] == tag ? 1u : 0u) << index;
        }

        return mask;
    }
}
