namespace Orleans.Cache;

/// <summary>What clients and silos agree on when nobody says otherwise.</summary>
public static class CacheGridDefaults
{
    /// <summary>The Orleans cluster id.</summary>
    public const string ClusterId = "orleans-cache";

    /// <summary>The Orleans service id.</summary>
    public const string ServiceId = "orleans-cache";

    /// <summary>The gateway that a client looks for.</summary>
    public const string Gateway = "localhost:30000";

    /// <summary>The stream provider that silos send events by. Where nobody has registered one under this name, silos use memory streams of their own.</summary>
    public const string EventStreamProvider = "CacheEvents";

    /// <summary>The name of those: another one, so that it does not matter what the host registers first.</summary>
    internal const string EventMemoryStreams = "CacheEvents.Memory";
}
