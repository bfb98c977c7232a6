namespace Orleans.Cache.Engine.Topology;

/// <summary>
/// A silo as the ring sees it: the stable name that gives it its places, and what share of the partitions it asks for. Immutable.
/// </summary>
/// <param name="Name">Stays the same when the silo restarts; 1 to <see cref="MaxNameLength"/> characters, compared by ordinal.</param>
/// <param name="Weight">Its share relative to the other silos; <see cref="MinWeight"/> to <see cref="MaxWeight"/>.</param>
/// <param name="Zone">The failure domain it stands in; empty where none was configured.</param>
internal sealed record RingMember(string Name, double Weight, string Zone)
{
    public const int MaxNameLength = 128;

    public const double MinWeight = 0.01;

    public const double MaxWeight = 100;

    /// <summary>Checks the limits.</summary>
    /// <exception cref="ArgumentException">One of them is broken; the message names the silo, the limit and the setting.</exception>
    public void Validate()
    {
        if (string.IsNullOrEmpty(Name) || Name.Length > MaxNameLength)
        {
            throw new ArgumentException(
                $"A silo's name must have 1 to {MaxNameLength} characters; this one has {Name?.Length ?? 0}. Give the silo another name.");
        }

        // Written so that NaN fails too.
        if (!(Weight >= MinWeight && Weight <= MaxWeight))
        {
            throw new ArgumentException(
                $"The weight of silo '{Name}' is {Weight}. It must be {MinWeight} to {MaxWeight}: a silo that shall own nothing should " +
                "not join the grid.");
        }

        if (Zone is null)
        {
            throw new ArgumentException($"The zone of silo '{Name}' is null. Use an empty text where there are no zones.");
        }
    }
}
