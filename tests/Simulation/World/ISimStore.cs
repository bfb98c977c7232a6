using Orleans.Cache.Engine.Replication;

namespace Orleans.Cache.Simulation.World;

/// <summary>The entries of a simulated copy, and what executes operations on them.</summary>
internal interface ISimStore : IEntryStore
{
    /// <summary>The entries by key.</summary>
    ReadOnlySpan<SimEntry> Entries { get; }

    /// <summary>Executes an operation, a read too.</summary>
    CommandEffect Execute(SimCommand asked);
}
