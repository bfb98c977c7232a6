namespace Orleans.Cache.Engine.Topology;

/// <summary>
/// Gives every partition an owner, so that each silo owns as many partitions as its bounds allow and the partitions are as near to their
/// owners on the ring as that permits. Pure; an instance computes one assignment, on one thread.
/// </summary>
/// <remarks>
/// 1. Every partition starts at the silo that it meets first.
/// 2. While a silo owns too many, one partition leaves it and one arrives at a silo with room, over the cheapest path: each step of a path
///    hands the partition whose distance grows least from one silo to the next, so silos in between keep their number.
/// 3. Then, while a silo owns too few, one arrives there in the same way, from silos that can spare one.
/// 4. Cheapest paths keep the sum of all distances the least possible at every step (successive shortest paths of a minimum-cost flow;
///    Ahuja, Magnanti, Orlin, Network Flows, 1993, §9.7). So no partition is away from home that could be there, and the result does not
///    depend on the order of steps.
/// With s silos and p partitions, a path costs s² steps for each silo on it, plus p for keeping the table of cheapest hand-overs.
/// </remarks>
internal sealed class BoundedLoad
{
    private const long Unreachable = long.MaxValue;

    // A path has fewer steps than there are silos (2^15), so sums of what is left of distances stay below 2^63.
    private const int DistanceShift = 16;

    private readonly HashRing _ring;
    private readonly LoadBounds[] _bounds;
    private readonly short[] _owners;
    private readonly List<int>[] _owned;

    // For each pair of silos the partition that is cheapest to hand from the one to the other, and how much its distance grows by it.
    private readonly int[] _handOver;
    private readonly long[] _cost;

    // The cheapest path found to each silo: its cost, and the silo before on it.
    private readonly long[] _pathCost;
    private readonly int[] _before;

    private BoundedLoad(HashRing ring, LoadBounds[] bounds)
    {
        _ring = ring;
        _bounds = bounds;
        _owners = new short[ring.PartitionCount];
        _owned = new List<int>[bounds.Length];
        _handOver = new int[bounds.Length * bounds.Length];
        _cost = new long[_handOver.Length];
        _pathCost = new long[bounds.Length];
        _before = new int[bounds.Length];
    }

    /// <summary>For every partition its owner.</summary>
    /// <param name="ring">With at least one silo.</param>
    /// <param name="bounds">For every silo.</param>
    public static short[] Assign(HashRing ring, LoadBounds[] bounds)
    {
        var assignment = new BoundedLoad(ring, bounds);
        assignment.StartAtNearest();
        assignment.KeepBounds();
        return assignment._owners;
    }

    private void StartAtNearest()
    {
        for (var silo = 0; silo < _owned.Length; silo++)
        {
            _owned[silo] = [];
        }

        for (var partition = 0; partition < _owners.Length; partition++)
        {
            var distances = _ring.Distances.Slice(partition * _owned.Length, _owned.Length);
            short nearest = 0;
            for (short silo = 1; silo < distances.Length; silo++)
            {
                if (distances[silo] < distances[nearest])
                {
                    nearest = silo;
                }
            }

            _owners[partition] = nearest;
            _owned[nearest].Add(partition);
        }

        for (var silo = 0; silo < _owned.Length; silo++)
        {
            FindHandOvers(silo);
        }
    }

    private void KeepBounds()
    {
        var froms = new bool[_owned.Length];
        var tos = new bool[_owned.Length];
        for (var silo = 0; silo < _owned.Length; silo++)
        {
            while (_owned[silo].Count > _bounds[silo].Most)
            {
                for (var other = 0; other < _owned.Length; other++)
                {
                    froms[other] = other == silo;
                    tos[other] = _owned[other].Count < _bounds[other].Most;
                }

                // Rounding could let the bounds ask for one partition more or less than there are; then this is as near as it gets.
                if (!TryHandOver(froms, tos))
                {
                    break;
                }
            }
        }

        for (var silo = 0; silo < _owned.Length; silo++)
        {
            while (_owned[silo].Count < _bounds[silo].Least)
            {
                for (var other = 0; other < _owned.Length; other++)
                {
                    froms[other] = _owned[other].Count > _bounds[other].Least;
                    tos[other] = other == silo;
                }

                if (!TryHandOver(froms, tos))
                {
                    break;
                }
            }
        }
    }

    /// <summary>Takes one partition from a silo of one set to a silo of another, over the cheapest path.</summary>
    /// <returns>Whether there was one.</returns>
    private bool TryHandOver(bool[] froms, bool[] tos)
    {
        FindPaths(froms);
        var end = -1;
        for (var silo = 0; silo < tos.Length; silo++)
        {
            if (tos[silo] && _pathCost[silo] != Unreachable && (end < 0 || _pathCost[silo] < _pathCost[end]))
            {
                end = silo;
            }
        }

        if (end < 0)
        {
            return false;
        }

        var last = end;
        for (var silo = end; _before[silo] >= 0; silo = _before[silo])
        {
            var from = _before[silo];
            var partition = _handOver[(from * _owned.Length) + silo];
            _owners[partition] = (short)silo;
            _owned[from].Remove(partition);
            _owned[silo].Add(partition);
            last = from;
        }

        for (var silo = end; silo != last; silo = _before[silo])
        {
            FindHandOvers(silo);
        }

        FindHandOvers(last);
        return true;
    }

    /// <summary>Finds the cheapest paths from a set of silos to all others (Bellman and Ford: a step may cost less than nothing).</summary>
    private void FindPaths(bool[] froms)
    {
        for (var silo = 0; silo < froms.Length; silo++)
        {
            _pathCost[silo] = froms[silo] ? 0 : Unreachable;
            _before[silo] = -1;
        }

        // The sum of distances is least, so no circle costs less than nothing and as many rounds as there are silos suffice.
        var improved = true;
        for (var round = 0; improved && round < froms.Length; round++)
        {
            improved = false;
            for (var silo = 0; silo < froms.Length; silo++)
            {
                improved |= _pathCost[silo] != Unreachable && ExtendPaths(silo);
            }
        }
    }

    private bool ExtendPaths(int silo)
    {
        var improved = false;
        var costs = _cost.AsSpan(silo * _owned.Length, _owned.Length);
        for (var next = 0; next < costs.Length; next++)
        {
            if (costs[next] != Unreachable && _pathCost[silo] + costs[next] < _pathCost[next])
            {
                _pathCost[next] = _pathCost[silo] + costs[next];
                _before[next] = silo;
                improved = true;
            }
        }

        return improved;
    }

    private void FindHandOvers(int silo)
    {
        var handOver = _handOver.AsSpan(silo * _owned.Length, _owned.Length);
        var costs = _cost.AsSpan(silo * _owned.Length, _owned.Length);
        costs.Fill(Unreachable);
        foreach (var partition in _owned[silo])
        {
            var distances = _ring.Distances.Slice(partition * _owned.Length, _owned.Length);
            var here = (long)(distances[silo] >> DistanceShift);
            for (var next = 0; next < costs.Length; next++)
            {
                var cost = (long)(distances[next] >> DistanceShift) - here;
                if (cost < costs[next] && next != silo)
                {
                    costs[next] = cost;
                    handOver[next] = partition;
                }
            }
        }
    }
}
