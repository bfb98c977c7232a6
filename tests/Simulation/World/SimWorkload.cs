using Orleans.Cache.Engine.Replication;
using Orleans.Cache.Simulation.Checking;

namespace Orleans.Cache.Simulation.World;

/// <summary>
/// What clients do. Keys are counters, that only grow, or registers; one counter is written with the concern of the owner only. Every value
/// written is written once, so that what is read says which write it saw.
/// </summary>
internal static class SimWorkload
{
    public const int Counter = 1;
    public const int OwnerCounter = 3;

    public static bool IsCounter(int key) => key is Counter or OwnerCounter;

    public static Operation Next(SimRandom random, long number, int client, int lastKey, long[] lastValues, bool mayWrite)
    {
        var draw = random.Next(100);
        var key = !IsCounter(lastKey) && draw < 10 ? lastKey : draw < 30 ? 0 : draw < 65 ? Counter : draw < 75 ? OwnerCounter : random.Next(SimSettings.Keys);
        var kind = IsCounter(key) ? NextOnCounter(random) : key == lastKey && draw < 10 ? CommandKind.Remove : NextOnRegister(random);
        var value = IsCounter(key) ? 1L << random.Next(20) : (number << 8) + client + 1;

        // Without a session there is nothing that a write could be recognised by; a read begins one.
        kind = mayWrite ? kind : CommandKind.Get;
        var level = kind == CommandKind.Get && IsCounter(key) ? NextLevel(random) : ReadLevel.Owner;
        return new Operation
        {
            Session = client,
            Number = number,
            Key = key,
            Command = new SimCommand(kind, key, kind == CommandKind.Get ? 0 : value, kind == CommandKind.SetIfEqual ? lastValues[key] : 0),
            Level = level,
            IsWithoutSession = level != ReadLevel.Owner && random.Chance(400),
            Concern = key == OwnerCounter ? WriteConcern.Owner : random.Chance(850) ? WriteConcern.Replicated : WriteConcern.Majority,
        };
    }

    private static CommandKind NextOnCounter(SimRandom random) => random.Chance(450) ? CommandKind.Increment : CommandKind.Get;

    private static CommandKind NextOnRegister(SimRandom random) => random.Next(100) switch
    {
        < 35 => CommandKind.Get,
        < 60 => CommandKind.Set,
        < 70 => CommandKind.SetIfAbsent,
        < 80 => CommandKind.SetIfEqual,
        _ => CommandKind.Remove,
    };

    private static ReadLevel NextLevel(SimRandom random) => random.Next(100) switch
    {
        < 35 => ReadLevel.Owner,
        < 88 => ReadLevel.Any,
        _ => ReadLevel.Quorum,
    };
}
