namespace Orleans.Cache.PostgreSql;

/// <summary>The ids of log events of what uses the database: 3000 to 3999. Append-only.</summary>
internal static class EventIds
{
    public const int GatewaysNotRead = 3000;
}
