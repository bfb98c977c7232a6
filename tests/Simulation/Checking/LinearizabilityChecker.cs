using Orleans.Cache.Simulation.World;

namespace Orleans.Cache.Simulation.Checking;

/// <summary>
/// Searches an order of a key's operations in which each happened between its call and its answer, and each answer fits. Operations with an
/// unknown outcome may have happened at any time after their call, or never.
/// </summary>
/// <remarks>
/// The search of Wing and Gong (1993), with Lowe's (2017) memory of which sets of operations were tried from which state.
/// </remarks>
internal static class LinearizabilityChecker
{
    private const int MaxUnknown = 64;
    private const int MaxOverlapping = 128;

    /// <summary>
    /// A history that is in order is mostly found so in a few thousand steps, one with many calls of unknown outcome in a few hundred thousand (seed
    /// 106,923); to prove that one is not may take for ever.
    /// </summary>
    private const int MaxPlaces = 1_000_000;

    /// <summary>Checks the operations on one key.</summary>
    /// <param name="operations">In any order; those that promise less are left out.</param>
    /// <param name="losses">When all entries of its partition were lost.</param>
    public static string? FindViolation(IReadOnlyList<Operation> operations, IReadOnlyList<long> losses)
    {
        var steps = Steps(operations, losses);
        var unknown = Array.FindAll(steps, static step => step.Return == long.MaxValue);
        if (unknown.Length > MaxUnknown)
        {
            throw new InvalidOperationException($"{unknown.Length} operations on a key with unknown outcome are more than the checker can tell apart");
        }

        var search = new Search(Array.FindAll(steps, static step => step.Return != long.MaxValue), unknown);
        return search.Succeeds()
            ? null
            : $"not linearizable{(search.WasCutShort ? $", by {MaxPlaces} tries" : "")}:{Environment.NewLine}{string.Join(Environment.NewLine, steps.Select(static step => $"  {step}"))}";
    }

    private static Step[] Steps(IReadOnlyList<Operation> operations, IReadOnlyList<long> losses)
    {
        var seen = new HashSet<long>();
        foreach (var operation in operations)
        {
            if (operation.Outcome == Outcome.Done && operation.Result.IsPresent)
            {
                seen.Add(operation.Result.Value);
            }
        }

        var steps = new List<Step>();
        foreach (var operation in operations)
        {
            if (operation.IsLinearizable && (operation.Outcome == Outcome.Done || (operation.Outcome == Outcome.Unknown && MayMatter(operation, seen))))
            {
                steps.Add(new Step(operation, operation.Invoke, operation.Outcome == Outcome.Done ? operation.Return : long.MaxValue));
            }
        }

        steps.AddRange(losses.Select(static loss => new Step(null, loss, loss)));
        steps.Sort(static (one, other) => one.Invoke.CompareTo(other.Invoke));
        return [.. steps];
    }

    /// <summary>A write of a value that nobody saw is as good as never done: whoever met it would have been told the value.</summary>
    private static bool MayMatter(Operation operation, HashSet<long> seen) => operation.Command.Kind switch
    {
        CommandKind.Get => false,
        CommandKind.Set or CommandKind.SetIfAbsent or CommandKind.SetIfEqual => seen.Contains(operation.Command.Value),
        _ => true,
    };

    private readonly record struct Step(Operation? Operation, long Invoke, long Return)
    {
        public override string ToString() => Operation?.ToString() ?? $"all copies lost [{Invoke}]";
    }

    /// <summary>Where a search stands: the completed steps before the first are done, and those of the bits after it; and some unknown ones.</summary>
    private readonly record struct Place(int First, UInt128 After, ulong Unknown, KeyState State);

    private sealed class Search(Step[] completed, Step[] unknown)
    {
        private readonly HashSet<Place> _tried = [];

        public bool WasCutShort => _tried.Count == MaxPlaces;

        public bool Succeeds() => Continue(new Place(0, 0, 0, KeyState.Absent));

        private bool Continue(Place place)
        {
            if (place.First == completed.Length)
            {
                return true;
            }

            if (_tried.Count == MaxPlaces || !_tried.Add(place))
            {
                return false;
            }

            // Whatever comes next was called before any of those that are not done had returned.
            var firstReturn = long.MaxValue;
            for (var index = place.First; index < completed.Length && completed[index].Invoke <= firstReturn; index++)
            {
                firstReturn = IsDone(place, index) ? firstReturn : Math.Min(firstReturn, completed[index].Return);
            }

            for (var index = place.First; index < completed.Length && completed[index].Invoke <= firstReturn; index++)
            {
                if (!IsDone(place, index) && TryStep(place.State, completed[index].Operation, out var next) && Continue(WithDone(place, index, next)))
                {
                    return true;
                }
            }

            for (var index = 0; index < unknown.Length && unknown[index].Invoke <= firstReturn; index++)
            {
                var bit = 1UL << index;
                if ((place.Unknown & bit) == 0
                    && TryStep(place.State, unknown[index].Operation, out var next)
                    && Continue(place with { Unknown = place.Unknown | bit, State = next }))
                {
                    return true;
                }
            }

            return false;
        }

        private static bool IsDone(Place place, int index) => index > place.First && (place.After & Bit(place, index)) != 0;

        private static Place WithDone(Place place, int index, KeyState state)
        {
            if (index > place.First)
            {
                return place with { After = place.After | Bit(place, index), State = state };
            }

            var (first, after) = (place.First + 1, place.After);
            for (; (after & 1) != 0; after >>= 1)
            {
                first++;
            }

            return place with { First = first, After = after >> 1, State = state };
        }

        private static UInt128 Bit(Place place, int index) => index - place.First <= MaxOverlapping
            ? UInt128.One << (index - place.First - 1)
            : throw new InvalidOperationException("more operations overlap than the checker can tell apart");
    }

    private static bool TryStep(KeyState state, Operation? operation, out KeyState next)
    {
        if (operation is null)
        {
            next = KeyState.Absent;
            return true;
        }

        return operation.Outcome == Outcome.Done ? TryKnown(state, operation, out next) : TryUnknown(state, operation.Command, out next);
    }

    private static bool TryKnown(KeyState state, Operation operation, out KeyState next)
    {
        var result = operation.Result;
        var command = operation.Command;
        next = state;
        switch (command.Kind)
        {
            case CommandKind.Get:
                return TryObserve(state, result, out next);
            case CommandKind.Remove:
                if (!TryObserve(state, result, out var before) || result.IsDone != result.IsPresent)
                {
                    return false;
                }

                next = before with { IsPresent = false, Value = 0 };
                return true;
            default:
                var holds = Holds(state, command);
                if (holds != result.IsDone)
                {
                    return false;
                }

                if (!holds)
                {
                    return TryObserve(state, result, out next);
                }

                next = new KeyState(true, Written(state, command), result.Version, true);
                return result.Version > state.Version && result.Value == next.Value;
        }
    }

    private static bool TryUnknown(KeyState state, SimCommand command, out KeyState next)
    {
        next = command.Kind == CommandKind.Remove
            ? state with { IsPresent = false, Value = 0 }
            : new KeyState(true, Written(state, command), state.Version, false);

        // Not done is tried by leaving it out.
        return command.Kind == CommandKind.Remove ? state.IsPresent : Holds(state, command);
    }

    private static bool Holds(KeyState state, SimCommand command) => command.Kind switch
    {
        CommandKind.SetIfAbsent => !state.IsPresent,
        CommandKind.SetIfEqual => state.IsPresent && state.Value == command.Expected,
        _ => true,
    };

    private static long Written(KeyState state, SimCommand command) =>
        command.Kind == CommandKind.Increment ? (state.IsPresent ? state.Value : 0) + command.Value : command.Value;

    private static bool TryObserve(KeyState state, SimEntry seen, out KeyState next)
    {
        next = state;
        if (state.IsPresent != seen.IsPresent)
        {
            return false;
        }

        if (!state.IsPresent)
        {
            return true;
        }

        next = state with { Version = seen.Version, IsVersionKnown = true };
        return state.Value == seen.Value && (state.IsVersionKnown ? seen.Version == state.Version : seen.Version > state.Version);
    }
}
