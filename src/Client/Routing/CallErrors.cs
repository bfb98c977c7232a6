using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Cache.Client.Lanes;

namespace Orleans.Cache.Client.Routing;

/// <summary>What callers are told when a call fails, which above all says whether anything may have been done. Safe for any number of threads.</summary>
internal sealed partial class CallErrors(LaneSet lanes, IOptions<CacheGridClientOptions> options, ILogger<CallErrors> logger)
{
    /// <summary>The error of a write for which no room was found until its time was over.</summary>
    public static CacheUnavailableException NoRoom() => new(
        "The silo found no room for the entry: other entries have to go first, or the system gives the silo less memory than Cache:MemoryBudgetBytes. Nothing was done: try again shortly, or lower the budget to what the machine has.");

    /// <summary>The error of a call whose time is over, and that has surely not been done.</summary>
    public CacheUnavailableException NotServed(Exception? inner) => new(
        $"The silo that owns the key did not serve it within {options.Value.OperationTimeout}; nothing was done. The grid is changing or has lost a silo: try again shortly.",
        inner);

    public static CacheOutcomeUnknownException OutcomeUnknown(string silo, Exception inner) => new(
        $"No answer came from the silo {silo}, so the write may or may not have been done. Read the entry before you write again.", inner);

    /// <summary>The error of a write that the owner of its key could not see through.</summary>
    public static CacheOutcomeUnknownException OutcomeUnknown() => new(
        "The silo that owns the key lost it, or had no answer from its replicas, before it knew whether the write will last; it may or may not have been done. Read the entry before you write again.",
        null);

    /// <summary>The error for operations that a failure struck.</summary>
    /// <param name="lane">The lane they were in.</param>
    /// <param name="isWrite">Whether one of them writes.</param>
    /// <param name="failure">What struck them.</param>
    public Exception ErrorOf(Lane lane, bool isWrite, in LaneFailure failure) => failure switch
    {
        { Exception: CacheException or OperationCanceledException } => failure.Exception,
        { Kind: LaneFailureKind.NotSent } => NotServed(failure.Exception),
        _ when isWrite => OutcomeUnknown(lane.Node.Descriptor.Name, failure.Exception),
        _ => NotServed(failure.Exception),
    };

    /// <summary>Called for every failure: a silo that does not answer is asked another way for a while.</summary>
    public void OnFailure(Lane lane, int operations, in LaneFailure failure)
    {
        if (failure.Kind == LaneFailureKind.NoAnswer)
        {
            lane.Node.AvoidDirect();
            lane.Node.NoteSilence();
        }

        if (failure.Kind is LaneFailureKind.NoAnswer or LaneFailureKind.TakenBack)
        {
            lanes.Metrics.OnUnanswered(lane, operations);
            LogBatchFailed(lane.Node.Descriptor.Name, operations, failure.Exception);
        }
    }

    [LoggerMessage(EventIds.BatchFailed, LogLevel.Debug, "{Operations} operations sent to silo {Silo} had no answer.")]
    private partial void LogBatchFailed(string silo, int operations, Exception exception);
}
