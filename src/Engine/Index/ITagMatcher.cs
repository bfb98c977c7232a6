namespace Orleans.Cache.Engine.Index;

/// <summary>Compares a bucket's tags. A type parameter, so that the vector and the scalar form run in the same tests and benchmarks.</summary>
internal unsafe interface ITagMatcher
{
    /// <summary>The slots whose tag is the given one, a bit for each of the 16 bytes; the caller masks those that are no tags.</summary>
    static abstract uint Match(byte* bucket, byte tag);
}
