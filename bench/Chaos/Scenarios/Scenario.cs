using Orleans.Cache.Chaos.Load;
using Orleans.Cache.Chaos.Schedules;

namespace Orleans.Cache.Chaos.Scenarios;

/// <summary>Faults of one kind, in rounds.</summary>
/// <param name="Name">As on the command line.</param>
/// <param name="About">What happens, for people.</param>
/// <param name="Draw">The steps of a round, drawn by dice for the silos that may be harmed; <see cref="StepKind.Settle"/> is added at the end.</param>
internal sealed record Scenario(string Name, string About, Func<Dice, IReadOnlyList<string>, IEnumerable<Step>> Draw)
{
    /// <summary>How many silos it begins with, unless the command line says so.</summary>
    public int Silos { get; init; } = 3;

    /// <summary>Whether ways are cut, so that it needs namespaces.</summary>
    public bool NeedsCuts { get; init; }

    /// <summary>Whether a process gets another wall clock.</summary>
    public bool NeedsClock { get; init; }

    /// <summary>Whether all copies of some keys are killed: loss is expected, and must be told.</summary>
    public bool LosesCopies { get; init; }

    /// <summary>Settings of the silos that it needs.</summary>
    public IReadOnlyList<string> SiloSettings { get; init; } = [];

    /// <summary>What is changed in the load.</summary>
    public Func<LoadSettings, LoadSettings> Load { get; init; } = static load => load;
}
