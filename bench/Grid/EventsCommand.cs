using System.CommandLine;
using System.Globalization;
using Orleans.Cache.GridBench.Events;
using Orleans.Cache.GridBench.Processes;

namespace Orleans.Cache.GridBench;

/// <summary><c>events</c>: what events cost writers, how many are told, and how soon.</summary>
internal static class EventsCommand
{
    private const string ResultFile = "bench/results/events.md";

    public static Command Create()
    {
        var repeat = new Option<int>("--repeat") { Description = "How many turns each side has, after one to warm up.", DefaultValueFactory = static _ => 5 };
        var seconds = new Option<double>("--seconds") { Description = "How long a turn lasts.", DefaultValueFactory = static _ => 2 };
        var silos = new Option<int>("--silos") { Description = "How many silos the grid has.", DefaultValueFactory = static _ => 1 };
        var write = new Option<bool>("--write") { Description = $"Writes {ResultFile}." };
        var command = new Command("events", "Measures events of caches: what they cost writers, how many are told, and how soon.") { repeat, seconds, silos, write };
        command.SetAction((arguments, cancellationToken) => RunAsync(
            arguments.GetValue(silos), arguments.GetValue(repeat), TimeSpan.FromSeconds(arguments.GetValue(seconds)), arguments.GetValue(write), cancellationToken));
        return command;
    }

    private static async Task RunAsync(int silos, int repeat, TimeSpan duration, bool write, CancellationToken cancellationToken)
    {
        await using var grid = await EventGrid.StartAsync(silos, cancellationToken);
        var table = await new EventComparison(grid, repeat, duration).RunAsync([0, 20_000, 100_000, null], cancellationToken);
        var report = string.Create(
            CultureInfo.InvariantCulture,
            $"""
            # Events

            Made by `dotnet run -c Release --project bench/Grid -- events --silos {silos} --write`. {DateTime.UtcNow:yyyy-MM-dd HH:mm} UTC, turns: {repeat} of {duration.TotalSeconds:0.#} s, {Environment.ProcessorCount} processors.
            Silos: {silos} processes, with the memory streams that they have by default; one process with a client that writes and a client that listens.

            Four writers of batches of 64 sets of 100 bytes write to a cache with events, and in turns to one without; what is written to the one with events is all
            read by one reader. *Told*: events that the reader took while the writers wrote. *Missed*: events that it was told to have missed, in all turns. *Lag*: of a key
            that is written every 5 ms beside the others, from the call of the set until the reader has the event.

            {table}
            """);
        Console.Write(report);
        if (write)
        {
            await File.WriteAllTextAsync(Path.Combine(Programs.Repository().FullName, ResultFile), report, cancellationToken);
        }
    }
}
