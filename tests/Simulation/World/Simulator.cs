using Orleans.Cache.Simulation.Planted;

namespace Orleans.Cache.Simulation.World;

/// <summary>Runs seeds.</summary>
internal static class Simulator
{
    /// <summary>Runs a seed; the same one always goes the same way.</summary>
    public static SimulationResult Run(ulong seed, Flaw flaw = Flaw.None, bool takesNotes = false)
    {
        var world = new SimWorld(seed, flaw, takesNotes);
        string? violation;
        try
        {
            violation = world.Run();
        }
        catch (InvalidOperationException broken)
        {
            violation = $"an invariant is broken: {broken.Message}";
        }

        return new SimulationResult
        {
            Seed = seed,
            Violation = violation,
            Operations = world.History.Count,
            Events = world.Events,
            Losses = Enumerable.Range(0, world.Settings.Partitions).Sum(partition => world.History.LossesOf(partition).Count),
            Counts = world.Counts,
            Faults = world.Faults,
            Notes = world.Notes,
        };
    }

    /// <summary>Tells a violation so that it can be followed: the seed, what is wrong, and the end of what happened.</summary>
    public static string Explain(SimulationResult result, Flaw flaw, int lastNotes)
    {
        var replay = Run(result.Seed, flaw, takesNotes: true);
        return $"""
            seed {result.Seed}: {replay.Violation}
            replay: dotnet run -c Release --project bench/Simulation -- --seed {result.Seed}{(flaw == Flaw.None ? "" : $" --flaw {flaw}")}
            {string.Join(Environment.NewLine, replay.Notes.TakeLast(lastNotes))}
            """;
    }
}
