using Orleans.Cache.Simulation.Planted;

namespace Orleans.Cache.Simulation.World;

/// <summary>Runs seeds.</summary>
internal static class Simulator
{
    /// <summary>Runs a seed; the same one always goes the same way.</summary>
    /// <param name="seed">The seed.</param>
    /// <param name="flaw">A mistake to plant.</param>
    /// <param name="takesNotes">Whether to note what happens.</param>
    /// <param name="usesShards">Whether copies keep their entries as the product does, in shards.</param>
    public static SimulationResult Run(ulong seed, Flaw flaw = Flaw.None, bool takesNotes = false, bool usesShards = false)
    {
        using var world = new SimWorld(seed, flaw, takesNotes, usesShards);
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
    public static string Explain(SimulationResult result, Flaw flaw, int lastNotes, bool usesShards = false)
    {
        var replay = Run(result.Seed, flaw, takesNotes: true, usesShards);
        return $"""
            seed {result.Seed}: {replay.Violation}
            replay: dotnet run -c Release --project bench/Simulation -- --seed {result.Seed}{(flaw == Flaw.None ? "" : $" --flaw {flaw}")}{(usesShards ? " --shards" : "")}
            {string.Join(Environment.NewLine, replay.Notes.TakeLast(lastNotes))}
            """;
    }
}
