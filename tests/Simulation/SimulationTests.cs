using Orleans.Cache.Simulation.Planted;
using Orleans.Cache.Simulation.World;

namespace Orleans.Cache.Simulation.Tests;

/// <summary>
/// The replication core under everything that may happen to it, a few thousand times, and with its rules broken one by one. Many more seeds:
/// <c>dotnet run -c Release --project bench/Simulation -- --seeds 100000</c>.
/// </summary>
public sealed class SimulationTests
{
    private const ulong Seeds = 2000;
    private const ulong SeedsOverShards = 100;
    private const int NotesOfViolation = 60;

    /// <summary>
    /// Every mistake, and from which seed on it is looked for: the rare ones take thousands of seeds from 1. Which seed finds one changes whenever copies
    /// say something else to each other. One that takes hundreds of thousands has a test of its own: LateAnswerTests.
    /// </summary>
    public static TheoryData<string, ulong> Flaws => new()
    {
        { nameof(Flaw.AcknowledgeBeforeReplica), 1 },
        { nameof(Flaw.SkipReplication), 1 },
        { nameof(Flaw.SkipFence), 600 },
        { nameof(Flaw.ServeAfterLease), 1 },
        { nameof(Flaw.LeaseFromAnswer), 1 },
        { nameof(Flaw.PromiseTooShort), 400 },
        { nameof(Flaw.PromiseWhileProposing), 1 },
        { nameof(Flaw.PromiseForgottenAtRestart), 400 },
        { nameof(Flaw.LoseTailOnPromotion), 1 },
        { nameof(Flaw.ApplyTwice), 1 },
        { nameof(Flaw.OperationsForgottenAtFailover), 1 },
        { nameof(Flaw.ForgottenOperationsExecuted), 1 },
        { nameof(Flaw.UnchangedForgotten), 1 },
        { nameof(Flaw.CatchUpMissesWrites), 1 },
        { nameof(Flaw.RemovalsNotShipped), 1 },
        { nameof(Flaw.EntriesKeptUnderSnapshot), 1 },
        { nameof(Flaw.VersionsGivenAgain), 1 },
        { nameof(Flaw.ShrinkNotRecorded), 1 },
        { nameof(Flaw.GrowthNotCounted), 1 },
        { nameof(Flaw.DirtyReads), 1 },
        { nameof(Flaw.StaleReads), 1 },
        { nameof(Flaw.FreshWithoutLease), 100 },
        { nameof(Flaw.SessionIgnored), 1 },
        { nameof(Flaw.NameKeptWithoutMemory), 1 },
        { nameof(Flaw.GivenUpTooSoon), 100 },
    };

    [Fact]
    public void Seeds_BySoundRules_KeepEveryPromise()
    {
        for (ulong seed = 1; seed <= Seeds; seed++)
        {
            var result = Simulator.Run(seed);
            if (result.Violation is not null)
            {
                Assert.Fail(Simulator.Explain(result, Flaw.None, NotesOfViolation));
            }
        }
    }

    [Fact]
    public void Seeds_OverTheProductsShards_KeepEveryPromise()
    {
        for (ulong seed = 1; seed <= SeedsOverShards; seed++)
        {
            var result = Simulator.Run(seed, usesShards: true);
            if (result.Violation is not null)
            {
                Assert.Fail(Simulator.Explain(result, Flaw.None, NotesOfViolation, usesShards: true));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Flaws))]
    public void Flaw_Planted_IsFound(string flaw, ulong from)
    {
        const ulong within = 300;
        var planted = Enum.Parse<Flaw>(flaw);

        Assert.Contains(Enumerable.Range(0, (int)within), offset => Simulator.Run(from + (ulong)offset, planted).Violation is not null);
    }

    [Fact]
    public void Flaws_OfThisTest_AreAll() => Assert.Equal(
        Enum.GetNames<Flaw>().Where(static name => name is not (nameof(Flaw.None) or nameof(Flaw.AnswerFromBeforeSnapshot))).Order(StringComparer.Ordinal),
        Flaws.Select(static row => row.Data.Item1).Order(StringComparer.Ordinal));

    [Fact]
    public void Seed_RunTwice_GoesTheSameWay()
    {
        var first = Simulator.Run(17, takesNotes: true);
        var second = Simulator.Run(17, takesNotes: true);

        Assert.NotEmpty(first.Notes);
        Assert.Equal(first.Notes, second.Notes);
    }

    [Fact]
    public void Seeds_Together_DoEverything()
    {
        var results = Enumerable.Range(1, 300).Select(static seed => Simulator.Run((ulong)seed)).ToArray();

        Assert.Equal(Enum.GetValues<FaultKind>(), results.SelectMany(static result => result.Faults.Keys).Distinct().Order());
        Assert.Equal(
            Enum.GetValues<Engine.Replication.ReplicationEvent>(),
            results.SelectMany(static result => result.Counts.Keys).Distinct().Order());
        Assert.Contains(results, static result => result.Losses > 0);
    }

    [Fact]
    public void Explanation_OfAFoundFlaw_NamesTheSeedAndHowToReplayIt()
    {
        var found = Enumerable.Range(1, 300).Select(static seed => Simulator.Run((ulong)seed, Flaw.RemovalsNotShipped)).First(static result => result.Violation is not null);

        var explanation = Simulator.Explain(found, Flaw.RemovalsNotShipped, lastNotes: 5);

        Assert.StartsWith($"seed {found.Seed}: {found.Violation}", explanation, StringComparison.Ordinal);
        Assert.Contains($"--seed {found.Seed} --flaw RemovalsNotShipped", explanation, StringComparison.Ordinal);
    }
}
