using Orleans.Cache.Engine.Replication;
using Orleans.Cache.Simulation.Checking;
using Orleans.Cache.Simulation.World;

namespace Orleans.Cache.Simulation.Tests.CheckingTests;

public sealed class LinearizabilityCheckerTests
{
    [Fact]
    public void Read_AfterAWrite_MustSeeIt()
    {
        var write = Write(1, 2, value: 7, version: 1);

        Assert.Null(Check(write, Read(3, 4, value: 7, version: 1)));
        Assert.NotNull(Check(write, Read(3, 4, value: null, version: 0)));
    }

    [Fact]
    public void Read_DuringAWrite_MaySeeIt()
    {
        var write = Write(1, 6, value: 7, version: 1);

        Assert.Null(Check(write, Read(2, 3, value: null, version: 0), Read(4, 5, value: 7, version: 1)));
        Assert.NotNull(Check(write, Read(2, 3, value: 7, version: 1), Read(4, 5, value: null, version: 0)));
    }

    [Fact]
    public void Write_OfUnknownOutcome_MayHappenLateOrNever()
    {
        var write = Write(1, 2, value: 7, version: 0);
        write.Outcome = Outcome.Unknown;

        Assert.Null(Check(write, Read(3, 4, value: null, version: 0)));
        Assert.Null(Check(write, Read(3, 4, value: null, version: 0), Read(5, 6, value: 7, version: 1)));
        Assert.NotNull(Check(write, Read(3, 4, value: 7, version: 1), Read(5, 6, value: null, version: 0)));
    }

    [Fact]
    public void Write_SurelyNotDone_MustNotBeSeen()
    {
        var write = Write(1, 2, value: 7, version: 0);
        write.Outcome = Outcome.NotDone;

        Assert.NotNull(Check(write, Read(3, 4, value: 7, version: 1)));
    }

    [Fact]
    public void Version_GivenTwice_IsFound() =>
        Assert.NotNull(Check(Write(1, 2, value: 7, version: 5), Write(3, 4, value: 8, version: 5)));

    [Fact]
    public void Loss_OfAllCopies_EmptiesTheKeyOnce()
    {
        Operation[] history = [Write(1, 2, value: 7, version: 1), Read(4, 5, value: null, version: 0)];

        Assert.Null(LinearizabilityChecker.FindViolation(history, losses: [3]));
        Assert.NotNull(LinearizabilityChecker.FindViolation(history, losses: [6]));
    }

    [Fact]
    public void Increment_DoneTwice_IsFound()
    {
        var increment = Done(CommandKind.Increment, 1, 2, value: 5, new SimEntry(0, true, true, 5, 1));

        Assert.Null(Check(increment, Read(3, 4, value: 5, version: 1)));
        Assert.NotNull(Check(increment, Read(3, 4, value: 10, version: 2)));
    }

    private static string? Check(params Operation[] history) => LinearizabilityChecker.FindViolation(history, losses: []);

    private static Operation Write(long invoke, long answer, long value, long version) =>
        Done(CommandKind.Set, invoke, answer, value, new SimEntry(0, true, true, value, version));

    private static Operation Read(long invoke, long answer, long? value, long version) =>
        Done(CommandKind.Get, invoke, answer, 0, new SimEntry(0, value.HasValue, false, value ?? 0, version));

    private static Operation Done(CommandKind kind, long invoke, long answer, long value, SimEntry result) => new()
    {
        Session = 0,
        Key = 0,
        Command = new SimCommand(kind, 0, value, 0),
        Level = ReadLevel.Owner,
        Concern = WriteConcern.Replicated,
        Invoke = invoke,
        Return = answer,
        Outcome = Outcome.Done,
        Result = result,
    };
}
