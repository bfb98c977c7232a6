namespace Orleans.Cache.Chaos;

/// <summary>
/// Adds up what moves have brought to the silos. A silo counts from its start, and what it has counted goes with it: so it is asked before each
/// fault, and when the grid is whole again.
/// </summary>
/// <param name="grid">Asked.</param>
/// <param name="entries">How many entries there are that only moves bring anywhere: enough of them that others do not count; 0 where nobody knows.</param>
internal sealed class ArrivalWatch(ICacheGrid grid, int entries)
{
    // With one replica, as by default.
    private const int CopiesOfAnEntry = 2;

    private readonly Dictionary<string, (long Entries, long TakenOver)> _seen = [];
    private readonly List<TimeSpan> _pauses = [];
    private long _moved;
    private double _ideal;

    /// <summary>What has come so far does not count.</summary>
    public async Task BeginAsync(CancellationToken cancellationToken)
    {
        await CollectAsync(cancellationToken);
        (_moved, _ideal) = (0, 0);
        _pauses.Clear();
    }

    /// <summary>One silo more, or one less: at best only its own share moves.</summary>
    /// <param name="largerSilos">How many silos there are with it.</param>
    public void Expect(int largerSilos) => _ideal += (double)entries * CopiesOfAnEntry / largerSilos;

    /// <summary>Asks all silos what has come since they were asked last.</summary>
    public async Task CollectAsync(CancellationToken cancellationToken)
    {
        foreach (var (silo, arrivals) in (await grid.GetMovesAsync(cancellationToken)).Select(static moves => (moves.Silo, moves.Arrivals)))
        {
            var seen = _seen.GetValueOrDefault(silo);
            if (arrivals.TakenOver < seen.TakenOver || arrivals.Entries < seen.Entries)
            {
                // Another run of the silo.
                seen = default;
            }

            _seen[silo] = (arrivals.Entries, arrivals.TakenOver);
            _moved += arrivals.Entries - seen.Entries;
            _pauses.AddRange(arrivals.Pauses.TakeLast((int)Math.Min(arrivals.TakenOver - seen.TakenOver, int.MaxValue)));
        }
    }

    public ArrivalResult ToResult() => new(RecoveryTimes.Of(_pauses), _moved, entries == 0 ? 0 : _ideal);
}
