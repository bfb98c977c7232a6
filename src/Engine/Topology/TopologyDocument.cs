using Orleans.Cache.Engine.Replication;

namespace Orleans.Cache.Engine.Topology;

/// <summary>
/// All that the authority has recorded: the grid's silos by number and run, and the configuration of every partition. Immutable: a change
/// makes another document. Safe for any number of threads.
/// </summary>
/// <remarks>
/// 1. A number is never given to another name, and a run never used twice under a number; so neither is the id of a copy.
/// 2. A silo that is gone stays in the document while a configuration names it, and a while longer: <see cref="GoneNodesKept"/>.
/// 3. <see cref="MapVersion"/> rises with every change of silos or configurations. It begins above anything that an earlier grid of the same
///    clients can have reached, because these would not take an older map.
/// </remarks>
internal sealed class TopologyDocument
{
    /// <summary>How many silos that are gone keep their numbers, though no configuration names them; those above are forgotten, the oldest first.</summary>
    public const int GoneNodesKept = 100;

    /// <summary>In a copy's incarnation the run stands above so many bits.</summary>
    public const int RunShift = 20;

    private readonly TopologyNode[] _nodes;
    private readonly Configuration[] _configurations;

    /// <summary>Makes a document of its parts; they are not copied and must not change afterwards.</summary>
    /// <param name="mapVersion">1 or above.</param>
    /// <param name="began">See <see cref="Began"/>.</param>
    /// <param name="lastNumber">The last number that was given to a name.</param>
    /// <param name="nodes">In the order of their numbers.</param>
    /// <param name="configurations">One for every partition.</param>
    public TopologyDocument(long mapVersion, long began, int lastNumber, TopologyNode[] nodes, Configuration[] configurations)
    {
        MapVersion = mapVersion;
        Began = began;
        LastNumber = lastNumber;
        _nodes = nodes;
        _configurations = configurations;
    }

    /// <summary>The version of the map that this document stands for.</summary>
    public long MapVersion { get; }

    /// <summary>The map version that the record began with: it tells one life of the grid from another, and a later one has a higher number.</summary>
    public long Began { get; }

    public int LastNumber { get; }

    /// <summary>In the order of their numbers.</summary>
    public IReadOnlyList<TopologyNode> Nodes => _nodes;

    /// <summary>For every partition what is recorded of it.</summary>
    public IReadOnlyList<Configuration> Configurations => _configurations;

    public int PartitionCount => _configurations.Length;

    /// <summary>The document of a grid that begins.</summary>
    /// <param name="partitionCount">Fixed for the life of the grid.</param>
    /// <param name="firstVersion">Above the versions of all maps that clients of an earlier grid can have.</param>
    public static TopologyDocument Begin(int partitionCount, long firstVersion)
    {
        PartitionCounts.ThrowIfInvalid(partitionCount);
        var configurations = new Configuration[partitionCount];
        configurations.AsSpan().Fill(Configuration.None);
        return new TopologyDocument(firstVersion, began: firstVersion, lastNumber: 0, [], configurations);
    }

    /// <summary>The silo with a number, or <see langword="null"/> where it is forgotten.</summary>
    public TopologyNode? Find(int number) => Array.Find(_nodes, node => node.Number == number);

    /// <summary>The run of a silo that has an address, or <see langword="null"/>.</summary>
    public TopologyNode? FindRun(string address) => Array.Find(_nodes, node => string.Equals(node.Address, address, StringComparison.Ordinal));

    /// <summary>Whether a copy will never serve again: it is not of its silo's newest run, or that run left or is dead.</summary>
    public bool IsGone(CopyId copy) => Find(copy.Node) is not { IsLive: true } node || node.Run != copy.Incarnation >> RunShift;

    /// <summary>Whether a configuration names the silo.</summary>
    public bool IsHolding(int number) =>
        Array.Exists(_configurations, configuration => configuration.Owner.Node == number || Array.Exists(configuration.InSync, copy => copy.Node == number));

    /// <summary>Takes in a run of a silo: gives it its number and run. A run that has joined already keeps them.</summary>
    public TopologyDocument WithJoined(TopologyNode node)
    {
        ArgumentNullException.ThrowIfNull(node);
        var known = Array.Find(_nodes, other => string.Equals(other.Name, node.Name, StringComparison.Ordinal));
        var isSameRun = known is { IsLive: true } && string.Equals(known.Address, node.Address, StringComparison.Ordinal);
        var joined = node with
        {
            Number = known?.Number ?? LastNumber + 1,
            Run = isSameRun ? known!.Run : (known?.Run ?? 0) + 1,
            State = TopologyNodeState.Joined,
        };
        var nodes = _nodes.Where(other => other.Number != joined.Number).Append(joined).OrderBy(static other => other.Number);
        return new TopologyDocument(MapVersion + 1, Began, Math.Max(LastNumber, joined.Number), WithoutForgotten([.. nodes]), _configurations);
    }

    /// <summary>Changes the state of the silos for which another one is given; the document itself if there are none.</summary>
    public TopologyDocument WithStates(Func<TopologyNode, TopologyNodeState> stateOf)
    {
        ArgumentNullException.ThrowIfNull(stateOf);
        var nodes = Array.ConvertAll(_nodes, node => stateOf(node) is var state && state != node.State ? node with { State = state } : node);
        return nodes.AsSpan().SequenceEqual(_nodes) ? this : new TopologyDocument(MapVersion + 1, Began, LastNumber, nodes, _configurations);
    }

    /// <summary>
    /// Takes out a run that stopped in order: none of its copies serves any more. A partition whose copies in sync have all ended like that has no copy
    /// then, and nobody has tenure of it. A run that is not live stays what it is.
    /// </summary>
    /// <param name="address">The Orleans address of the run.</param>
    public TopologyDocument WithLeft(string address)
    {
        var left = WithStates(node => node.IsLive && string.Equals(node.Address, address, StringComparison.Ordinal) ? TopologyNodeState.Left : node.State);
        if (ReferenceEquals(left, this))
        {
            return this;
        }

        var configurations = Array.ConvertAll(_configurations, configuration =>
            configuration.InSync.Length > 0 && Array.TrueForAll(configuration.InSync, left.HasLeft) ? configuration.Ended() : configuration);
        return new TopologyDocument(left.MapVersion, Began, LastNumber, left._nodes, configurations);
    }

    /// <summary>Changes configurations.</summary>
    /// <param name="changes">Partitions and what is recorded of them now.</param>
    public TopologyDocument WithConfigurations(IEnumerable<(int Partition, Configuration Configuration)> changes)
    {
        ArgumentNullException.ThrowIfNull(changes);
        var configurations = (Configuration[])_configurations.Clone();
        foreach (var (partition, configuration) in changes)
        {
            configurations[partition] = configuration;
        }

        return new TopologyDocument(MapVersion + 1, Began, LastNumber, _nodes, configurations);
    }

    /// <summary>
    /// Begins with another number of partitions, all lost. Allowed only when no silo is live. Epochs and versions go on above all former ones.
    /// </summary>
    public TopologyDocument WithPartitions(int partitionCount)
    {
        PartitionCounts.ThrowIfInvalid(partitionCount);
        if (Array.Exists(_nodes, static node => node.IsLive))
        {
            throw new InvalidOperationException("The number of partitions cannot change while silos are in the grid.");
        }

        // A silo that did not leave in order may serve its partitions of old until its tenure is over.
        var former = Array.Find(_configurations, static configuration => !configuration.Owner.IsNone)?.Owner ?? CopyId.None;
        var lost = new Configuration
        {
            Version = _configurations.Max(static configuration => configuration.Version),
            Epoch = _configurations.Max(static configuration => configuration.Epoch),
            Owner = former,
            InSync = former.IsNone ? [] : [former],
            Losses = _configurations.Max(static configuration => configuration.Losses),
            StartsEmpty = false,
        };
        var configurations = new Configuration[partitionCount];
        configurations.AsSpan().Fill(lost);
        return new TopologyDocument(MapVersion + 1, Began, LastNumber, _nodes, configurations);
    }

    private bool HasLeft(CopyId copy) => Find(copy.Node) is { State: TopologyNodeState.Left } node && node.Run == copy.Incarnation >> RunShift;

    private TopologyNode[] WithoutForgotten(TopologyNode[] nodes)
    {
        var gone = Array.FindAll(nodes, node => !node.IsLive && !IsHolding(node.Number));
        var forgotten = gone.Take(Math.Max(0, gone.Length - GoneNodesKept)).Select(static node => node.Number).ToHashSet();
        return forgotten.Count == 0 ? nodes : Array.FindAll(nodes, node => !forgotten.Contains(node.Number));
    }
}
