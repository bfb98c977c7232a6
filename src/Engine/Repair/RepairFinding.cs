namespace Orleans.Cache.Engine.Repair;

/// <summary>That a replica was not as its owner.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Cache">The cache.</param>
/// <param name="Different">How many entries had another version or value.</param>
/// <param name="Missing">How many were not there.</param>
/// <param name="Extra">How many should not have been there.</param>
internal readonly record struct RepairFinding(int Partition, string Cache, int Different, int Missing, int Extra);
