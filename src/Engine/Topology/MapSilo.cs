namespace Orleans.Cache.Engine.Topology;

/// <summary>A running silo in a <see cref="PartitionMap"/>. Immutable.</summary>
/// <param name="Name">The stable name, by which it has its place on the ring.</param>
/// <param name="Address">
/// The Orleans address of this run of the silo. A restarted silo has another one: it is another owner, since its memory is gone.
/// </param>
/// <param name="Gateway">Where clients reach it: host and port; empty where it has no gateway.</param>
/// <param name="Weight">Its share relative to the other silos.</param>
/// <param name="Zone">The failure domain it stands in; empty where none was configured.</param>
internal sealed record MapSilo(string Name, string Address, string Gateway, double Weight, string Zone)
{
    /// <summary>Whether this is the same run of the same silo, whatever else changed about it.</summary>
    public bool IsSameRunAs(MapSilo other) =>
        string.Equals(Name, other.Name, StringComparison.Ordinal) && string.Equals(Address, other.Address, StringComparison.Ordinal);

    /// <summary>The silo as the ring sees it.</summary>
    public RingMember ToMember() => new(Name, Weight, Zone);
}
