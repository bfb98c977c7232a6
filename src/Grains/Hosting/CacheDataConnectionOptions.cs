namespace Orleans.Cache;

/// <summary>
/// The connections that carry what callers read and write, beside Orleans' own: they cost half as much and less. They are not encrypted; where
/// connections to the silo's gateway are, there are none. Whoever connects shows a key that Orleans gives out to its clients.
/// </summary>
public sealed class CacheDataConnectionOptions
{
    /// <summary>The port that the silo takes them on, at the address of its gateway. Where it cannot be reached, calls go through Orleans.</summary>
    /// <value>1 to 65,535, or 0 for any that is free. Default: 0.</value>
    public int Port { get; set; }

    /// <summary>How many of them the silo has at most: one for each process that calls it, with a thread each. Calls of further ones go through Orleans.</summary>
    /// <value>0 (none) to 65,536. Default: 1,024.</value>
    public int MaxConnections { get; set; } = 1024;
}
