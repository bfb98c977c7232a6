using Orleans.Cache.Contracts.Nodes;
using Orleans.Cache.Engine.Snapshots;

namespace Orleans.Cache.Grains.Snapshots;

/// <summary>A snapshot that a partition may be loaded from.</summary>
/// <param name="Point">What it has.</param>
/// <param name="File">Where it is, or, by its name, what it is called at another silo.</param>
/// <param name="At">The silo that has it; <see langword="null"/>: it is in this silo's folder.</param>
internal sealed record SnapshotCandidate(SnapshotPoint Point, SnapshotFile File, NodeDescriptor? At);
