namespace Orleans.Cache.Grains;

/// <summary>The ids of log events of silos: 2000 to 2999. Append-only.</summary>
internal static class EventIds
{
    public const int Joined = 2000;
    public const int JoinDelayed = 2001;
    public const int Left = 2002;
    public const int LeaveFailed = 2003;
    public const int MapTaken = 2004;
    // 2005 was OpenDelayed.
    public const int MapChanged = 2006;
    public const int PublishFailed = 2007;
    public const int Recovered = 2008;
    public const int CheckFailed = 2009;
    public const int RecordAway = 2010;
    public const int Draining = 2011;
    public const int Drained = 2012;
    public const int DrainEnded = 2013;
    public const int CopiesStarted = 2014;
    public const int ActivationDelayed = 2015;
    public const int StandsIn = 2016;
    public const int PacketFailed = 2020;
    public const int MessageTooLarge = 2021;
    public const int AuthorityFailed = 2022;
    public const int PacketMalformed = 2023;
    public const int CopyFailed = 2024;
    public const int PartitionsLost = 2025;
    public const int PartitionsPromoted = 2026;
    public const int CopiesChanged = 2027;
    public const int TickFailed = 2028;
    public const int DataConnectionEnded = 2030;
    public const int DataConnectionRefused = 2031;
    public const int DataConnectionsGuarded = 2032;
    public const int DataConnectionsFull = 2033;
    public const int DataConnectionNotTaken = 2034;
    public const int SnapshotsFailed = 2040;
    public const int SnapshotsBroken = 2041;
    public const int SnapshotsGoodAgain = 2042;
    public const int SnapshotsFinished = 2043;
    public const int SnapshotsUnfinished = 2044;
    public const int SnapshotsLoaded = 2045;
    public const int SnapshotSkipped = 2046;
    public const int SnapshotsAwaited = 2047;
    public const int SnapshotsUnasked = 2048;
    public const int SnapshotsNotLoaded = 2049;
    public const int CopiesDiffered = 2060;
    public const int CompareFailed = 2061;
    public const int EventsFailed = 2080;
    public const int EventsGoodAgain = 2081;

    public const int HotKeysFailed = 2090;
}
