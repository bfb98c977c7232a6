using Orleans.Cache.Simulation.World;

namespace Orleans.Cache.Simulation.Checking;

/// <summary>All operations of a run by partition and key, and when partitions were given up.</summary>
internal sealed class History(int partitions)
{
    private readonly List<Operation>[] _operations = [.. Enumerable.Range(0, partitions * SimSettings.Keys).Select(_ => new List<Operation>())];
    private readonly List<long>[] _losses = [.. Enumerable.Range(0, partitions).Select(_ => new List<long>())];

    public int Count { get; private set; }

    public int Partitions => _losses.Length;

    public void Add(int partition, Operation operation)
    {
        _operations[(partition * SimSettings.Keys) + operation.Key].Add(operation);
        Count++;
    }

    /// <summary>The authority gave the partition up: from this point in the order of everything it is empty.</summary>
    public void AddLoss(int partition, long order) => _losses[partition].Add(order);

    public List<Operation> Of(int partition, int key) => _operations[(partition * SimSettings.Keys) + key];

    public List<long> LossesOf(int partition) => _losses[partition];
}
