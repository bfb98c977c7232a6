namespace Orleans.Cache.Simulation.Planted;

/// <summary>A mistake that the simulator makes on purpose, to see that its checkers find it.</summary>
internal enum Flaw
{
    None = 0,
    AcknowledgeBeforeReplica,
    SkipReplication,
    SkipFence,
    ServeAfterLease,
    LeaseFromAnswer,
    PromiseTooShort,
    PromiseWhileProposing,
    PromiseForgottenAtRestart,
    LoseTailOnPromotion,
    ApplyTwice,
    OperationsForgottenAtFailover,
    ForgottenOperationsExecuted,
    UnchangedForgotten,
    CatchUpMissesWrites,
    RemovalsNotShipped,
    EntriesKeptUnderSnapshot,
    VersionsGivenAgain,
    AnswerFromBeforeSnapshot,
    ShrinkNotRecorded,
    GrowthNotCounted,
    DirtyReads,
    StaleReads,
    FreshWithoutLease,
    SessionIgnored,
    NameKeptWithoutMemory,
    GivenUpTooSoon,
}
