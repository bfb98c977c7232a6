namespace Orleans.Cache;

/// <summary>How a process uses a grid.</summary>
public sealed class CacheGridClientOptions
{
    /// <summary>The gateways to start from, each <c>host:port</c>; further ones are learnt from the grid. Not used inside a silo.</summary>
    /// <value>At least one, each a host name or address and a port of 1 to 65,535. Default: <c>localhost:30000</c>.</value>
    public IList<string> Gateways { get; } = [];

    /// <summary>The Orleans cluster to join, as its silos are configured.</summary>
    /// <value>Not empty. Default: <c>orleans-cache</c>.</value>
    public string ClusterId { get; set; } = CacheGridDefaults.ClusterId;

    /// <summary>The Orleans service to join, as its silos are configured.</summary>
    /// <value>Not empty. Default: <c>orleans-cache</c>.</value>
    public string ServiceId { get; set; } = CacheGridDefaults.ServiceId;

    /// <summary>
    /// How long a call may take, tries and waiting included; it learns that its time is over at most 10 ms or a fortieth late. What comes in
    /// several messages - a value that travels in chunks, values that do not fit into one reply - may take as long for each of them: such a call
    /// goes on while it gets on.
    /// </summary>
    /// <value>10 ms to 10 minutes. Default: 2 seconds.</value>
    public TimeSpan OperationTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How calls are sent again.</summary>
    public CacheRetryOptions Retries { get; } = new();

    /// <summary>How often the topology is looked at without a reason.</summary>
    /// <value>100 ms to 1 hour. Default: 2 seconds.</value>
    public TimeSpan RefreshPeriod { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How calls that are made at the same time share messages.</summary>
    public CacheLaneOptions Lanes { get; } = new();

    /// <summary>Whether calls go over connections of their own to silos that offer them; else, and where such a connection cannot be opened, through Orleans.</summary>
    /// <value>Default: <see langword="true"/>.</value>
    public bool UseDataConnections { get; set; } = true;

    /// <summary>What is kept in this process of caches that have near copies.</summary>
    public CacheNearOptions NearCache { get; } = new();

    /// <summary>How values are loaded from their sources.</summary>
    public CacheLoadingOptions Loading { get; } = new();

    /// <summary>What turns typed values into bytes.</summary>
    /// <value>Default: <see langword="null"/>: JSON for the types registered with <see cref="JsonContexts"/>.</value>
    public ICacheSerializer? Serializer { get; set; }

    /// <summary>The source-generated contexts that describe the types of typed values to the default serializer.</summary>
    /// <value>Default: none; strings, numbers, booleans, dates, GUIDs and URIs need none.</value>
    public IList<System.Text.Json.Serialization.Metadata.IJsonTypeInfoResolver> JsonContexts { get; } = [];
}
