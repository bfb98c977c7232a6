namespace Orleans.Cache.Client;

/// <summary>The ids of log events of clients: 1000 to 1999. Append-only.</summary>
internal static class EventIds
{
    public const int TopologyLookFailed = 1000;
    public const int TopologySiloSilent = 1001;
    public const int BatchFailed = 1002;
    public const int FeedFailed = 1003;
    public const int LoadFailed = 1004;
    public const int LoadNotStored = 1005;
    public const int EventsFailed = 1006;
    public const int DataConnectionNotOpened = 1007;
}
