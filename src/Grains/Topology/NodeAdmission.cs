using System.Globalization;
using Orleans.Cache.Contracts.Nodes;

namespace Orleans.Cache.Grains.Topology;

/// <summary>Whether a silo may join the silos that are in the grid.</summary>
internal static class NodeAdmission
{
    /// <returns>Why it may not and how to mend it, or <see langword="null"/>.</returns>
    public static string? Refuse(NodeDescriptor node, IEnumerable<NodeDescriptor> members)
    {
        foreach (var member in members.Where(member => !member.Address.Equals(node.Address)))
        {
            if (string.Equals(member.Name, node.Name, StringComparison.Ordinal))
            {
                return Text($"The grid has a running silo named '{node.Name}' already, at {member.Address.Endpoint}. Give this silo another name (Cache:SiloName, or --instance N), or stop the other first.");
            }

            if (member.PartitionCount != node.PartitionCount)
            {
                return Text($"Cache:PartitionCount is {node.PartitionCount} on this silo and {member.PartitionCount} in the running grid. It is fixed for the life of a grid: set {member.PartitionCount} here, or stop the whole grid to change it.");
            }

            if (member.Replicas != node.Replicas)
            {
                return Text($"Cache:Replicas is {node.Replicas} on this silo and {member.Replicas} in the running grid. It must be the same on every silo: set {member.Replicas} here, or stop the whole grid to change it.");
            }

            if (member.LeaseDuration != node.LeaseDuration)
            {
                return Text($"Cache:Replication:LeaseDuration is {node.LeaseDuration} on this silo and {member.LeaseDuration} in the running grid. It must be the same on every silo: set {member.LeaseDuration} here, or stop the whole grid to change it.");
            }

            if (member.Tenure != node.Tenure)
            {
                return Text($"Cache:Replication:Tenure is {node.Tenure} on this silo and {member.Tenure} in the running grid. It must be the same on every silo: set {member.Tenure} here, or stop the whole grid to change it.");
            }
        }

        return null;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
