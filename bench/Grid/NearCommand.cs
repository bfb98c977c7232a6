using System.CommandLine;
using System.Globalization;
using Orleans.Cache.GridBench.NearCaches;
using Orleans.Cache.GridBench.Processes;

namespace Orleans.Cache.GridBench;

/// <summary><c>near</c>: what a hit of a near cache costs, how soon a write is heard of, how many writes subscribers can follow, and what a removal by tag takes.</summary>
internal static class NearCommand
{
    private const string ResultFile = "bench/results/near-cache.md";

    public static Command Create()
    {
        var repeat = new Option<int>("--repeat") { Description = "How many turns each side has, after one to warm up.", DefaultValueFactory = static _ => 5 };
        var seconds = new Option<double>("--seconds") { Description = "How long a turn lasts.", DefaultValueFactory = static _ => 2 };
        var silos = new Option<int>("--silos") { Description = "How many silos the grid has.", DefaultValueFactory = static _ => 1 };
        var write = new Option<bool>("--write") { Description = $"Writes {ResultFile}." };
        var command = new Command("near", "Measures near caches and tags: hits, invalidations, strict writes and removals by tag.") { repeat, seconds, silos, write };
        command.SetAction((arguments, cancellationToken) => RunAsync(
            arguments.GetValue(silos), arguments.GetValue(repeat), TimeSpan.FromSeconds(arguments.GetValue(seconds)), arguments.GetValue(write), cancellationToken));
        return command;
    }

    private static async Task RunAsync(int silos, int repeat, TimeSpan duration, bool write, CancellationToken cancellationToken)
    {
        await using var grid = await NearGrid.StartAsync(silos, subscribers: 5, cancellationToken);
        await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"client pid {Environment.ProcessId}: hits"));
        var hits = await new HitComparison(grid, repeat, duration).RunAsync(cancellationToken);
        var bounded = await new HearingTimes(grid, NearGrid.Bounded).RunAsync(duration * repeat, cancellationToken);
        var strict = await new HearingTimes(grid, NearGrid.Strict).RunAsync(duration * repeat, cancellationToken);
        var flood = await new FloodComparison(grid, repeat, duration).RunAsync(cancellationToken);
        var tags = await new TagRemovals(grid, removals: 100).RunAsync(cancellationToken);
        var report = string.Create(
            CultureInfo.InvariantCulture,
            $"""
            # Near caches

            Made by `dotnet run -c Release --project bench/Grid -- near --silos {silos} --write`. {DateTime.UtcNow:yyyy-MM-dd HH:mm} UTC, turns: {repeat} of {duration.TotalSeconds:0.#} s, {Environment.ProcessorCount} processors.
            Silos: {silos} processes; one process with five clients that have near caches, each of which is what a process is otherwise, and with the writers.

            ## A hit

            Reads of 10,000 keys of 24 bytes with values of 100 bytes, all of which are near; beside it a `ConcurrentDictionary` of strings in the same
            turns. Medians of the turns; *undisturbed*: of the fastest tenth of each turn's thousands of reads, which other work on the machine
            disturbed least. Reach: 60 ns, 0 bytes beyond the value, more with more processors.

            {hits}
            ## From a write to the last of five subscribers

            One write at a time of a key that all five have near; watched by a thread that looks at their near copies in turn, and so needs a processor of
            its own. *Acknowledged*: from the call to its return. *Heard*: from the call until no subscriber reads the old value. Reach: 4 ms / 12 ms,
            strict writes acknowledged in 10 ms (p99).

            {HearingTimes.Table(bounded, strict)}
            ## Many writes

            Four writers of batches of 64 sets, with and without subscribers, in turns. *Told*: changes that a subscriber takes note of. Reach: 500,000 a
            second for three subscribers; writers slowed by at most 10 % at 100,000 writes a second.

            {flood}
            ## Removals by tag

            1,000 entries with a tag are set, and removed by it; then five clients read them all. From the call of the removal to its return. Reach: 20 ms
            with a million other entries on three silos, and nothing read that was removed.

            {tags}
            """);
        Console.Write(report);
        if (write)
        {
            await File.WriteAllTextAsync(Path.Combine(Programs.Repository().FullName, ResultFile), report, cancellationToken);
        }
    }
}
