namespace Orleans.Cache.Grains.Replication;

/// <summary>The silos of the grid by their numbers. Immutable.</summary>
/// <param name="Version">Of the topology that it was made of.</param>
/// <param name="Number">This silo's; -1 while it has none.</param>
/// <param name="Run">This silo's.</param>
/// <param name="Peers">The ways to the others.</param>
internal sealed record NodeTable(long Version, int Number, long Run, IReadOnlyDictionary<int, Peer> Peers)
{
    public static readonly NodeTable Empty = new(Version: 0, Number: -1, Run: 0, new Dictionary<int, Peer>());

    /// <summary>The links alone, to go through quickly.</summary>
    public PeerLink[] Links { get; } = [.. Peers.Values.SelectMany(static peer => new[] { peer.Link, peer.Chunks })];

    /// <summary>Whether the grid has given this silo its number.</summary>
    public bool IsJoined => Number >= 0;

    /// <summary>A silo's name, for metrics and logs.</summary>
    public string NameOf(int number) => Peers.TryGetValue(number, out var peer) ? peer.Link.Name : "unknown";
}
