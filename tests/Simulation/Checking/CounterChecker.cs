using Orleans.Cache.Engine.Replication;
using Orleans.Cache.Simulation.World;

namespace Orleans.Cache.Simulation.Checking;

/// <summary>
/// What a counter shows of the promises that are weaker than linearizability. It only grows, so its value says how new a state is; increments
/// that are acknowledged by more than the owner are a lower bound for whoever must see them.
/// </summary>
internal static class CounterChecker
{
    /// <summary>Checks the operations on one counter.</summary>
    /// <param name="operations">In any order.</param>
    /// <param name="losses">When its partition was given up; from then on nothing before counts.</param>
    /// <param name="stalenessBound">How old a state any copy may show, in true time.</param>
    public static string? FindViolation(IReadOnlyList<Operation> operations, IReadOnlyList<long> losses, long stalenessBound)
    {
        foreach (var operation in operations)
        {
            if (operation.Outcome == Outcome.Done
                && (TooHigh(operation, operations) ?? TooOld(operation, operations, losses, stalenessBound) ?? BehindSession(operation, operations, losses)) is { } violation)
            {
                return violation;
            }
        }

        return null;
    }

    /// <summary>Nobody sees more than was ever added; more means that something was added twice.</summary>
    private static string? TooHigh(Operation seen, IReadOnlyList<Operation> operations)
    {
        long sum = 0;
        foreach (var operation in operations)
        {
            sum += !operation.IsRead && operation.Outcome != Outcome.NotDone && operation.Invoke < seen.Return ? operation.Command.Value : 0;
        }

        return seen.Result.Value <= sum ? null : $"more was counted than {sum}, which is all that was added before: {seen}";
    }

    private static string? TooOld(Operation read, IReadOnlyList<Operation> operations, IReadOnlyList<long> losses, long bound)
    {
        // What only the owner had has no bound: it may be lost with the owner.
        if (!read.IsRead || read.Level == ReadLevel.Owner || read.Key == SimWorkload.OwnerCounter)
        {
            return null;
        }

        foreach (var earlier in operations)
        {
            if (earlier.Outcome == Outcome.Done
                && earlier.IsLinearizable
                && earlier.ReturnTime <= read.InvokeTime - bound
                && earlier.Result.Value > read.Result.Value
                && !LostBetween(losses, earlier, read))
            {
                return $"a state older than the bound was shown: {read} after {earlier}";
            }
        }

        return null;
    }

    private static string? BehindSession(Operation later, IReadOnlyList<Operation> operations, IReadOnlyList<long> losses)
    {
        foreach (var earlier in operations)
        {
            if (!later.IsWithoutSession
                && earlier.Session == later.Session
                && earlier.Outcome == Outcome.Done
                && earlier.Return < later.Invoke
                && earlier.Result.Value > later.Result.Value

                // What only the owner has may be lost with it, and then the epoch is another.
                && (earlier.Key != SimWorkload.OwnerCounter || earlier.Position.Epoch == later.Position.Epoch)
                && !LostBetween(losses, earlier, later))
            {
                return $"a session went back: {later} after {earlier}";
            }
        }

        return null;
    }

    private static bool LostBetween(IReadOnlyList<long> losses, Operation earlier, Operation later)
    {
        foreach (var loss in losses)
        {
            if (loss > earlier.Invoke && loss < later.Return)
            {
                return true;
            }
        }

        return false;
    }
}
