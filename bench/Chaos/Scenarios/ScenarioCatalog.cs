using Orleans.Cache.Chaos.Schedules;

namespace Orleans.Cache.Chaos.Scenarios;

/// <summary>All scenarios.</summary>
internal static class ScenarioCatalog
{
    private const int LossPercent = 30;
    private const int HourSeconds = 3600;

    public static IReadOnlyList<Scenario> All { get; } =
    [
        new("kill", "one silo is killed, and started again", static (dice, silos) =>
        {
            var victim = dice.Choose(silos, 1);
            return [new(dice.Between(1, 3), StepKind.Kill, victim), new(dice.Between(1, 6), StepKind.Restart, victim)];
        }),
        Suspend(40),
        new("stop", "one silo is stopped gracefully, and started again", static (dice, silos) =>
        {
            var victim = dice.Choose(silos, 1);
            return [new(dice.Between(1, 3), StepKind.Stop, victim), new(dice.Between(0, 3), StepKind.Restart, victim)];
        }),
        new("rolling-restart", "all silos are restarted gracefully, one after the other", static (dice, silos) => dice.Choose(silos, silos.Count).SelectMany(silo => new Step[]
        {
            new(dice.Between(0.5, 1.5), StepKind.Stop, [silo]),
            new(TimeSpan.Zero, StepKind.Restart, [silo]),
            new(TimeSpan.Zero, StepKind.Settle, []),
        })),
        Scale(2, 5),
        new("partition", "one silo is cut off for 30 s: both ways or one way, with or without the database", static (dice, silos) =>
        {
            var minority = dice.Choose(silos, 1);
            var cut = new Step(dice.Between(1, 3), dice.Flip() ? StepKind.Cut : StepKind.CutOneWay, minority);
            var heal = new Step(TimeSpan.FromSeconds(30), StepKind.Heal, []);
            return dice.Flip() ? [cut, heal] : [cut, new(TimeSpan.Zero, StepKind.CutDatabase, minority), heal];
        })
        {
            NeedsCuts = true,
        },
        new("loss", "30 % of all packets to silos are lost for 20 s", static (dice, silos) =>
            [new(dice.Between(1, 3), StepKind.Lose, silos, LossPercent), new(TimeSpan.FromSeconds(20), StepKind.Heal, [])])
        {
            NeedsCuts = true,
        },
        new("memory-limit", "the memory budget is so small that entries are evicted, and one silo is killed; only staleness is checked", static (dice, silos) =>
        {
            var victim = dice.Choose(silos, 1);
            return [new(dice.Between(4, 6), StepKind.Kill, victim), new(dice.Between(2, 4), StepKind.Restart, victim)];
        })
        {
            // 192 MB of values on three silos of 32 MiB.
            SiloSettings = ["Cache:MemoryBudgetBytes=33554432"],
            Load = static load => load with
            {
                Keys = 3000,
                ValueBytes = 64_000,
                Counters = 0,
                Expiring = 0,
                MayVanish = true,
                WritesPerSecond = Math.Min(load.WritesPerSecond, 600),
            },
        },
        new("replicas-lost", "all silos but one are killed at once: what is lost must be told", static (dice, silos) =>
        {
            var victims = dice.Choose(silos, silos.Count - 1);
            return
            [
                new(dice.Between(1, 3), StepKind.Kill, victims),
                .. victims.Select(silo => new Step(dice.Between(1, 4), StepKind.Restart, [silo])),
            ];
        })
        {
            LosesCopies = true,
        },
        new("clock", "one silo is killed, and started again with a wall clock one hour off", static (dice, silos) =>
        {
            var victim = dice.Choose(silos, 1);
            return
            [
                new(dice.Between(1, 3), StepKind.Kill, victim),
                new(dice.Between(1, 3), StepKind.RestartWithClock, victim, dice.Flip() ? HourSeconds : -HourSeconds),
            ];
        })
        {
            NeedsClock = true,
        },
    ];

    /// <summary>One silo stands still, and goes on.</summary>
    public static Scenario Suspend(int seconds) => new("suspend", $"one silo stands still for {seconds} s, and goes on", (dice, silos) =>
        [new(dice.Between(1, 3), StepKind.Suspend, dice.Choose(silos, 1)), new(TimeSpan.FromSeconds(seconds), StepKind.Resume, [])]);

    /// <summary>Silos are added, and as many stopped.</summary>
    public static Scenario Scale(int few, int many) => new("scale", $"{few} silos become {many}, and {few} again", (dice, silos) =>
    [
        .. Enumerable.Range(0, many - few).Select(_ => new Step(dice.Between(1, 2), StepKind.Add, [])),
        new Step(TimeSpan.Zero, StepKind.Settle, []),
        .. dice.Choose(silos.Concat(Enumerable.Range(few, many - few).Select(static index => $"silo-{index}")), many - few)
            .Select(silo => new Step(dice.Between(1, 2), StepKind.Stop, [silo])),
    ])
    {
        Silos = few,
    };
}
