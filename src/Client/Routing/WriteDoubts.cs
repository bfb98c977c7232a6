using Orleans.Cache.Client.Lanes;
using OperationStatus = Orleans.Cache.Engine.Batches.OperationStatus;

namespace Orleans.Cache.Client.Routing;

/// <summary>
/// Which writes of a call may have been done by an attempt that had no clear answer. They stay in doubt whatever later attempts are answered,
/// except that they are done: "moved" says only that this attempt did nothing.
/// </summary>
internal sealed class WriteDoubts
{
    private readonly bool[] _mayBeDone;

    private WriteDoubts(int count) => _mayBeDone = new bool[count];

    /// <summary>All writes of a call whose first attempt was made elsewhere, and failed.</summary>
    public static WriteDoubts OfAll(in BatchCall call)
    {
        var doubts = new WriteDoubts(call.Count);
        for (var position = 0; position < call.Count; position++)
        {
            doubts._mayBeDone[position] = call.Operations[position].IsWrite;
        }

        return doubts;
    }

    /// <summary>Adds what an attempt has left in doubt.</summary>
    /// <param name="doubts">Made when it is needed, which is rare.</param>
    /// <param name="attempt">The attempt, which is over.</param>
    public static void Note(ref WriteDoubts? doubts, BatchTry attempt)
    {
        ref readonly var call = ref attempt.Call;
        foreach (var part in attempt.Failures ?? [])
        {
            if (part.Failure.Kind is LaneFailureKind.NotSent or LaneFailureKind.Refused)
            {
                continue;
            }

            foreach (var position in part.Positions.Span)
            {
                if (call.Results[position].Result.Status == OperationStatus.Pending)
                {
                    Add(ref doubts, call, position);
                }
            }
        }

        for (var position = 0; position < call.Count; position++)
        {
            if (call.Results[position].Result.Status == OperationStatus.Unknown)
            {
                Add(ref doubts, call, position);
            }
        }
    }

    public bool Has(int position) => _mayBeDone[position];

    private static void Add(ref WriteDoubts? doubts, in BatchCall call, int position)
    {
        if (call.Operations[position].IsWrite)
        {
            (doubts ??= new WriteDoubts(call.Count))._mayBeDone[position] = true;
        }
    }
}
