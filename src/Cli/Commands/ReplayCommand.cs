using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text;
using Orleans.Cache.Cli.Output;
using Orleans.Cache.Cli.Output.Documents;
using Orleans.Cache.Cli.Replay;

namespace Orleans.Cache.Cli.Commands;

/// <summary><c>ocache replay</c>: replays a trace of requests.</summary>
internal static class ReplayCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(VerbRunner runner)
    {
        var defaults = new ReplaySettings();
        var file = new Argument<string>("FILE")
        {
            Description = "The trace: text, or gzip of it, with a key on each line, or a key and the size of its value in bytes; - for standard input.",
        };
        file.Validators.Add(RefuseMissingFile);
        var concurrency = WholeNumberOption.Create(
            "--concurrency", "How many requests are under way at once. With 1 the order is strictly that of the trace.", 1, 65_536, defaults.Concurrency);
        var valueBytes = WholeNumberOption.Create(
            "--value-bytes", "The size of a value where the line names none.", 0, TraceReader.MaxValueBytes, defaults.ValueBytes);
        var limit = WholeNumberOption.Create("--limit", "Stop after so many requests.", 1, long.MaxValue, null);
        var prefix = new Option<string>("--prefix")
        {
            Description = "Text to put before every key, to keep one replay apart from another.",
            HelpName = "text",
            DefaultValueFactory = _ => "",
        };
        var timeToLive = TimeToLiveOption.Create("How long the entries live. Without it the cache's own setting holds.");

        var command = new Verb("replay", "Replays a trace of requests: get each key, set it on a miss.")
        {
            Notes =
            [
                "A latency is that of a get together with the set it led to. Failed requests are counted; the replay ends when none was answered for 30 seconds.",
                "Requests for one key follow each other, also with many at once: a key is not asked for again before its set is done.",
                "Ctrl-C ends the replay and prints what was measured so far.",
            ],
            Examples =
            [
                new("ocache replay web12.txt.gz", "64 requests at once, values of 100 bytes"),
                new("ocache replay web12.txt.gz --concurrency 1", "in the strict order of the trace"),
                new("ocache replay trace.txt --prefix run2: --ttl 10m", "apart from an earlier replay"),
                new("cut -d, -f2 log.csv | ocache replay - --limit 100000", "from standard input"),
            ],
            Arguments = { file },
            Options = { concurrency, valueBytes, limit, prefix, timeToLive },
        };

        runner.Bind(command, async (context, cancellationToken) =>
        {
            var arguments = context.Arguments;
            var settings = new ReplaySettings
            {
                Concurrency = (int)(arguments.GetValue(concurrency) ?? defaults.Concurrency),
                ValueBytes = (int)(arguments.GetValue(valueBytes) ?? defaults.ValueBytes),
                Limit = arguments.GetValue(limit),
                TimeToLive = arguments.GetValue(timeToLive),
            };
            var bytes = Encoding.UTF8.GetBytes(arguments.GetRequiredValue(prefix));
            return await RunAsync(context, arguments.GetRequiredValue(file), bytes, settings, cancellationToken);
        });
        return command;
    }

    private static async Task<ExitCode> RunAsync(
        VerbContext context, string path, ReadOnlyMemory<byte> prefix, ReplaySettings settings, CancellationToken cancellationToken)
    {
        // After the grid has answered once, a cache that it does not have is refused here, and not once for every line.
        await context.Grid.GetTopologyAsync(cancellationToken);
        var cache = context.Cache;

        var trace = await TraceReader.OpenAsync(path, context.Terminal.Input, prefix, cancellationToken);
        var run = new ReplayRun(cache, trace, settings, TimeProvider.System);
        var result = await ReplayProgress.ShowAsync(
            context.Terminal, path, trace, run.Counts, settings.Limit, run.RunAsync(cancellationToken));
        if (!cancellationToken.IsCancellationRequested)
        {
            // After a cancellation a read of standard input may still be under way, and closing it would wait for that read.
            await trace.DisposeAsync();
        }

        Print(context, result);
        return Judge(context.Terminal, result, cancellationToken);
    }

    private static void Print(VerbContext context, ReplayResult result)
    {
        if (context.Json)
        {
            context.Print(ReplayDocument.Of(result), CliJsonContext.Readable.ReplayDocument);
            return;
        }

        context.Print($"requests   {PlainText.Count(result.Requests)}{(result.Complete ? "" : ", not the whole trace")}");
        context.Print($"hits       {PlainText.Count(result.Hits)}");
        context.Print($"hit ratio  {(result.HitRatio * 100).ToString("F2", CultureInfo.InvariantCulture)} %");
        context.Print($"errors     {PlainText.Count(result.Errors)}");
        context.Print($"rate       {PlainText.Count((long)result.RequestsPerSecond)} requests/s for {PlainText.Latency(result.Duration)}");
        context.Print(result.Hits + result.Misses == 0
            ? $"latency    {PlainText.None}"
            : $"latency    p50 {PlainText.Latency(result.P50)}, p99 {PlainText.Latency(result.P99)}, p99.9 {PlainText.Latency(result.P999)}");
    }

    private static ExitCode Judge(Terminal terminal, ReplayResult result, CancellationToken cancellationToken)
    {
        if (result.FirstError is { } first)
        {
            terminal.Report($"{PlainText.Count(result.Errors)} of {PlainText.Count(result.Requests)} requests failed; the first: {first.Message}");
            if (result.Hits + result.Misses == 0)
            {
                return Failures.CodeOf(first);
            }
        }

        return result.StoppedBy is { } reason ? Failures.Report(reason, terminal, cancellationToken) : ExitCode.Done;
    }

    private static void RefuseMissingFile(ArgumentResult result)
    {
        var path = result.Tokens.Count > 0 ? result.Tokens[0].Value : "-";
        if (path != "-" && !File.Exists(path))
        {
            result.AddError(Directory.Exists(path)
                ? $"'{path}' is a directory. Name a trace file in it, or - for standard input."
                : $"There is no file '{path}'. Name a trace as text or gzip, or - for standard input.");
        }
    }
}
