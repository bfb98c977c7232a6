namespace Orleans.Cache.Engine.Replication;

/// <summary>Where a partition should be, by the wanted map. A hint: copies that disagree about it, or follow an old one, do no harm.</summary>
/// <param name="Owner">The node that should own it.</param>
/// <param name="Nodes">All nodes that should hold a copy, the owner's included.</param>
internal sealed record WantedCopies(int Owner, int[] Nodes)
{
    public bool Contains(int node) => Array.IndexOf(Nodes, node) >= 0;
}
