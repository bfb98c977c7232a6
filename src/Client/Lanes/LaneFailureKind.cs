namespace Orleans.Cache.Client.Lanes;

/// <summary>What a failure means for the operations it struck.</summary>
internal enum LaneFailureKind
{
    /// <summary>No answer came: they may have been done. Those that may be repeated are.</summary>
    NoAnswer,

    /// <summary>The silo refused the batch: nothing was done, and sending it again would change nothing.</summary>
    Refused,

    /// <summary>They were never sent, and the deadline passed, or the caller gave up.</summary>
    NotSent,

    /// <summary>They were sent, and the deadline passed, or the caller gave up.</summary>
    NotAwaited,

    /// <summary>
    /// They were taken back without an answer: another silo owns them by now, or a way to the grid was lost by which they may have gone. They may have been done, and
    /// the silo and the shortest way to it may be well.
    /// </summary>
    TakenBack,
}
