using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Orleans.Cache.Engine.Index;

/// <summary>All tags of a bucket in one comparison.</summary>
internal readonly unsafe struct VectorTags : ITagMatcher
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Match(byte* bucket, byte tag) => Vector128.Equals(Vector128.Load(bucket), Vector128.Create(tag)).ExtractMostSignificantBits();
}
