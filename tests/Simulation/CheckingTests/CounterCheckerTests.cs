using Orleans.Cache.Engine.Replication;
using Orleans.Cache.Simulation.Checking;
using Orleans.Cache.Simulation.World;

namespace Orleans.Cache.Simulation.Tests.CheckingTests;

public sealed class CounterCheckerTests
{
    private const long Bound = 100;

    [Fact]
    public void AnyRead_WithinTheBound_MayMissAWrite()
    {
        var write = Operation(0, CommandKind.Increment, at: 1000, value: 5);

        Assert.Null(Check([write, Operation(1, CommandKind.Get, at: 1050, value: 0)]));
        Assert.NotNull(Check([write, Operation(1, CommandKind.Get, at: 1200, value: 0)]));
    }

    [Fact]
    public void AnyRead_OfTheSession_MustSeeItsWrite() =>
        Assert.NotNull(Check([Operation(0, CommandKind.Increment, at: 1000, value: 5), Operation(0, CommandKind.Get, at: 1010, value: 0)]));

    [Fact]
    public void AnyRead_AfterTheLossOfAllCopies_OwesNothing()
    {
        Operation[] history = [Operation(0, CommandKind.Increment, at: 1000, value: 5), Operation(0, CommandKind.Get, at: 1200, value: 0)];

        Assert.Null(CounterChecker.FindViolation(history, losses: [1100], Bound));
    }

    [Fact]
    public void Count_AboveAllThatWasAdded_IsFound() =>
        Assert.NotNull(Check([Operation(0, CommandKind.Increment, at: 1000, value: 5), Operation(1, CommandKind.Get, at: 1200, value: 10)]));

    private static string? Check(Operation[] history) => CounterChecker.FindViolation(history, losses: [], Bound);

    private static Operation Operation(int session, CommandKind kind, long at, long value) => new()
    {
        Session = session,
        Key = SimWorkload.Counter,
        Command = new SimCommand(kind, SimWorkload.Counter, kind == CommandKind.Get ? 0 : value, 0),
        Level = ReadLevel.Any,
        Concern = WriteConcern.Replicated,
        Invoke = at,
        Return = at + 1,
        InvokeTime = at,
        ReturnTime = at + 1,
        Outcome = Outcome.Done,
        Result = new SimEntry(SimWorkload.Counter, true, kind != CommandKind.Get, value, 1),
    };
}
