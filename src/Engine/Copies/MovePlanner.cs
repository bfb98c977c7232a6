using Orleans.Cache.Engine.Replication;

namespace Orleans.Cache.Engine.Copies;

/// <summary>
/// Says where each copy of this silo is to be told that its partition should be: by the wanted map, but of the partitions that this silo owns
/// only so many at a time are changed. Pure but for what it remembers from call to call; for one thread.
/// </summary>
/// <remarks>
/// 1. A partition takes a place when a wanted silo has no copy in sync yet, or another silo should own it, and gives the place back when neither
///    is so any more, or this silo is not its owner. It is not put off for another one.
/// 2. Of those that wait the ones with fewer copies than wanted come first, then those with the lower number.
/// 3. A silo that is not prompt, as one that has just started may not be, gets no further copies, and owns no partition yet that was given a place.
/// 4. Who waits keeps the copies that it has. What takes no data along needs no place: a partition without entries, and leaving copies out.
/// 5. A partition without entries goes to any silo at once as long as all are like that: nobody uses the grid yet. Else it may have some again before it is there.
/// </remarks>
/// <param name="node">This silo's number.</param>
/// <param name="partitionCount">How many partitions there are.</param>
/// <param name="limit">How many places there are.</param>
internal sealed class MovePlanner(int node, int partitionCount, int limit)
{
    private readonly bool[] _hasPlace = new bool[partitionCount];
    private readonly WantedCopies?[] _told = new WantedCopies?[partitionCount];
    private readonly List<int> _waiting = [];
    private readonly List<int> _vacant = [];
    private volatile bool[] _isWaiting = new bool[partitionCount];

    /// <summary>How many partitions have a place, as of the last look. Any thread may ask.</summary>
    public int InProgress { get; private set; }

    /// <summary>How many wait for one, as of the last look. Any thread may ask.</summary>
    public int Waiting { get; private set; }

    /// <summary>Whether a partition waits for a place, as of the last look. Any thread may ask.</summary>
    public bool IsWaiting(int partition) => _isWaiting[partition];

    /// <summary>Looks at all partitions, and tells what is new.</summary>
    /// <param name="wanted">For every partition.</param>
    /// <param name="statusOf">What the copy here is at the moment.</param>
    /// <param name="isEmpty">Whether a partition has no entries here.</param>
    /// <param name="isPrompt">Whether a silo answers in good time.</param>
    /// <param name="tell">Called for each partition whose copy must be told something else than it was last.</param>
    /// <param name="mayBegin">Whether partitions that wait may take places.</param>
    public void Plan(WantedCopies[] wanted, Func<int, CopyStatus> statusOf, Func<int, bool> isEmpty, Func<int, bool> isPrompt, Action<int, WantedCopies> tell, bool mayBegin = true)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        ArgumentNullException.ThrowIfNull(statusOf);
        ArgumentNullException.ThrowIfNull(isEmpty);
        ArgumentNullException.ThrowIfNull(isPrompt);
        ArgumentNullException.ThrowIfNull(tell);
        _waiting.Clear();
        _vacant.Clear();
        var inProgress = 0;
        var statuses = new CopyStatus[partitionCount];
        for (var partition = 0; partition < partitionCount; partition++)
        {
            statuses[partition] = statusOf(partition);
            if (!NeedsPlace(statuses[partition], wanted[partition]))
            {
                _hasPlace[partition] = false;
                Tell(partition, wanted[partition], tell);
            }
            else if (_hasPlace[partition])
            {
                inProgress++;
                Tell(partition, isPrompt(wanted[partition].Owner) ? wanted[partition] : NotYetOwned(wanted[partition]), tell);
            }
            else
            {
                (isEmpty(partition) ? _vacant : _waiting).Add(partition);
            }
        }

        var isInUse = inProgress + _waiting.Count > 0;
        foreach (var partition in _vacant)
        {
            Tell(partition, !isInUse || MayHave(partition) ? wanted[partition] : Kept(partition), tell);
        }

        _waiting.Sort((left, right) => Order(left, right, statuses, wanted));
        var admitted = mayBegin ? Math.Min(_waiting.Count, Math.Max(0, limit - inProgress)) : 0;
        foreach (var partition in _waiting.Where(MayHave).Take(admitted))
        {
            _hasPlace[partition] = true;
            inProgress++;
            Tell(partition, wanted[partition], tell);
        }

        _waiting.RemoveAll(partition => _hasPlace[partition]);
        var isWaiting = new bool[partitionCount];
        foreach (var partition in _waiting)
        {
            isWaiting[partition] = true;
            Tell(partition, Kept(partition), tell);
        }

        // At once, when all is told: others read them meanwhile.
        (_isWaiting, InProgress, Waiting) = (isWaiting, inProgress, _waiting.Count);

        bool MayHave(int partition) => NewHolders(statuses[partition], wanted[partition]).All(isPrompt);

        WantedCopies Kept(int partition) => new(node, Array.ConvertAll(statuses[partition].Configuration.InSync, static copy => copy.Node));
    }

    private static bool NeedsPlace(CopyStatus status, WantedCopies wanted) =>
        status.Role == CopyRole.Owner
        && (wanted.Owner != status.Configuration.Owner.Node || NewHolders(status, wanted).Any());

    /// <summary>The silos that have something coming: a copy, or to be owner.</summary>
    private static IEnumerable<int> NewHolders(CopyStatus status, WantedCopies wanted) =>
        wanted.Nodes.Where(wantedNode =>
            wantedNode == wanted.Owner ? status.Configuration.Owner.Node != wantedNode : !Array.Exists(status.Configuration.InSync, copy => copy.Node == wantedNode));

    private WantedCopies NotYetOwned(WantedCopies wanted) => new(node, [node, .. wanted.Nodes.Where(other => other != node)]);

    private static int Order(int left, int right, CopyStatus[] statuses, WantedCopies[] wanted)
    {
        var order = Lacking(right).CompareTo(Lacking(left));
        return order != 0 ? order : left.CompareTo(right);

        int Lacking(int partition) => Math.Max(0, wanted[partition].Nodes.Length - statuses[partition].Configuration.InSync.Length);
    }

    private void Tell(int partition, WantedCopies wanted, Action<int, WantedCopies> tell)
    {
        if (_told[partition] is not { } told || told.Owner != wanted.Owner || !told.Nodes.AsSpan().SequenceEqual(wanted.Nodes))
        {
            _told[partition] = wanted;
            tell(partition, wanted);
        }
    }
}
