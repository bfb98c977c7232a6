namespace Orleans.Cache;

/// <summary>
/// How a silo sends what happens in caches that have their events switched on (<see cref="CacheOptions.Events"/>), in the configuration
/// <c>Cache:Events</c>. Checked when the silo starts.
/// </summary>
public sealed class CacheEventsOptions
{
    /// <summary>
    /// The Orleans stream provider that events are sent by, the same on every silo; clients need it under the same name. Where the host registers none under
    /// the default name, before or after the grid, silos and clients use memory streams of their own.
    /// </summary>
    /// <value>The name of a stream provider of the silo. Default: <c>CacheEvents</c>.</value>
    public string StreamProvider { get; set; } = CacheGridDefaults.EventStreamProvider;

    /// <summary>
    /// How many bytes of events may wait to be sent: of each its key and 13 bytes. What comes while there is no room is lost, and readers are told so. As many
    /// bytes again may be on their way.
    /// </summary>
    /// <value>Bytes; 1,048,576 (1 MiB) to 1,073,741,824 (1 GiB). Default: 8,388,608 (8 MiB).</value>
    public int BufferBytes { get; set; } = 8 << 20;
}
