namespace Orleans.Cache;

/// <summary>The PostgreSQL database that a grid's silos and clients know each other by.</summary>
public sealed class CachePostgreSqlOptions
{
    /// <summary>
    /// Where the database is and who asks, as Npgsql takes it, such as <c>Host=db;Database=cache;Username=cache;Password=...</c>. The same database
    /// for all silos of a grid. Its password is never logged, nor is it in the message of an error.
    /// </summary>
    /// <value>Not empty, with a host. Default: empty.</value>
    public string ConnectionString { get; set; } = string.Empty;

    /// <summary>
    /// Whether a silo that starts creates the schema where it is missing or older than the silo's, for which it needs the right to create tables.
    /// Without it the silo does not start then; <c>ocache db init</c> creates the schema. Clients never do.
    /// </summary>
    /// <value>Default: <see langword="false"/>.</value>
    public bool CreateSchema { get; set; }
}
