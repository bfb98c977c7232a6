using Orleans.Cache.Engine.Replication;

namespace Orleans.Cache.Simulation.Planted;

/// <summary>The rules, one of them broken.</summary>
internal sealed class PlantedRules(Flaw flaw) : ReplicationRules
{
    private const int OneIn = 5;

    public override bool MayServe(bool hasLease) => flaw == Flaw.ServeAfterLease || base.MayServe(hasLease);

    public override long LeaseStart(long sentAt, long receivedAt) => flaw == Flaw.LeaseFromAnswer ? receivedAt : base.LeaseStart(sentAt, receivedAt);

    public override long PromiseTicks(ReplicationSettings settings) =>
        flaw == Flaw.PromiseTooShort ? settings.LeaseTicks / 2 : base.PromiseTicks(settings);

    public override bool MayPromise(bool proposing) => flaw == Flaw.PromiseWhileProposing || base.MayPromise(proposing);

    public override bool WaitsAfterRestart => flaw != Flaw.PromiseForgottenAtRestart;

    public override bool IsStale(long epoch, long known) => flaw != Flaw.SkipFence && base.IsStale(epoch, known);

    public override long Committed(long last, long slowest) => flaw == Flaw.AcknowledgeBeforeReplica ? last : base.Committed(last, slowest);

    public override bool CountsProposed => flaw != Flaw.GrowthNotCounted;

    public override bool RecordsShrinkFirst => flaw != Flaw.ShrinkNotRecorded;

    public override bool KeepsTail => flaw != Flaw.LoseTailOnPromotion;

    public override bool Applies(in LogRecord record) => flaw != Flaw.SkipReplication || record.Position.Sequence % OneIn != 0;

    public override bool FollowerRemembersOperations => flaw != Flaw.OperationsForgottenAtFailover;

    public override bool AnswersRepetitions => flaw != Flaw.ApplyTwice;

    public override bool RemembersUnchanged => flaw != Flaw.UnchangedForgotten;

    public override bool RefusesForgotten => flaw is not (Flaw.ForgottenOperationsExecuted or Flaw.ApplyTwice);

    public override LogPosition SnapshotBase(LogPosition atBegin, LogPosition atEnd) =>
        flaw == Flaw.CatchUpMissesWrites ? atEnd : base.SnapshotBase(atBegin, atEnd);

    public override bool ClearsBeforeSnapshot => flaw != Flaw.EntriesKeptUnderSnapshot;

    public override bool CountsAnswer(long snapshot, long lastSnapshot) =>
        flaw == Flaw.AnswerFromBeforeSnapshot || base.CountsAnswer(snapshot, lastSnapshot);

    public override bool ShipsVersionFloor => flaw != Flaw.VersionsGivenAgain;

    public override bool ReadsWaitForCommit => flaw != Flaw.DirtyReads;

    public override bool IsFresh(long age, long bound) => flaw == Flaw.StaleReads || base.IsFresh(age, bound);

    public override bool VouchesOnlyUnderLease => flaw != Flaw.FreshWithoutLease;

    public override bool HasSeen(LogPosition position, LogPosition session) => flaw == Flaw.SessionIgnored || base.HasSeen(position, session);
}
