using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text;
using Orleans.Cache.Cli.Output.Documents;
using Orleans.Cache.Cli.Replay;

namespace Orleans.Cache.Cli.Commands;

/// <summary><c>ocache set</c>: writes an entry.</summary>
internal static class SetCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(VerbRunner runner)
    {
        var key = KeyArguments.One();
        var value = new Argument<string>("VALUE")
        {
            Description = "The value: text, or - to read bytes from standard input. Put -- before a value that starts with a dash.",
        };
        var timeToLive = TimeToLiveOption.Create(
            "How long the entry lives, such as 500ms, 30s, 1h30m or 1d; 'never' for ever. Without it the cache's own setting holds.");
        var ifAbsent = new Option<bool>("--if-absent") { Description = "Write only if the key has no entry." };
        var ifPresent = new Option<bool>("--if-present") { Description = "Write only if the key has an entry." };
        var ifVersion = new Option<long?>("--if-version")
        {
            Description = "Write only if the entry has exactly this version, as an earlier set or get printed it.",
            HelpName = "version",
            CustomParser = ParseVersion,
        };

        var command = new Verb("set", "Writes an entry and prints OK and its version.")
        {
            Notes =
            [
                "A condition that fails writes nothing, says which it was, and gives exit code 1.",
            ],
            Examples =
            [
                new("ocache set greeting hello", "prints: OK, then the version"),
                new("ocache set session:42 active --ttl 20m", "lives for 20 minutes"),
                new("ocache set lock:7 me --ttl 30s --if-absent", "exit code 1 if somebody was first"),
                new("ocache set page - --ttl 1h < page.html", "any bytes, from standard input"),
                new("ocache set -- offset -5", "a value that starts with a dash"),
            ],
            Arguments = { key, value },
            Options = { timeToLive, ifAbsent, ifPresent, ifVersion },
        };
        command.Validators.Add(result => RefuseTwoConditions(result, ifAbsent, ifPresent, ifVersion));

        runner.Bind(command, async (context, cancellationToken) =>
        {
            var arguments = context.Arguments;
            var options = new CacheSetOptions
            {
                TimeToLive = arguments.GetValue(timeToLive),
                Condition = arguments.GetValue(ifAbsent) ? CacheCondition.IfAbsent
                    : arguments.GetValue(ifPresent) ? CacheCondition.IfPresent
                    : arguments.GetValue(ifVersion) is { } version ? CacheCondition.IfVersion(version)
                    : CacheCondition.None,
            };
            var text = arguments.GetRequiredValue(value);
            var bytes = text == "-"
                ? await ReadAllAsync(context.Terminal.Input, cancellationToken)
                : Encoding.UTF8.GetBytes(text);
            return await RunAsync(context, arguments.GetRequiredValue(key), bytes, options, cancellationToken);
        });
        return command;
    }

    private static async Task<ExitCode> RunAsync(
        VerbContext context, string key, ReadOnlyMemory<byte> value, CacheSetOptions options, CancellationToken cancellationToken)
    {
        var written = await context.Cache.SetAsync(key, value, options, cancellationToken);
        if (context.Json)
        {
            context.Print(SetDocument.Of(key, written), CliJsonContext.Readable.SetDocument);
        }

        // The exception says which condition failed and how the entry stands.
        var version = written.EnsureStored();
        if (!context.Json)
        {
            context.Print($"OK {version}");
        }

        return ExitCode.Done;
    }

    private static async Task<ReadOnlyMemory<byte>> ReadAllAsync(Stream input, CancellationToken cancellationToken)
    {
        var bytes = new MemoryStream();
        var buffer = new byte[64 * 1024];
        while (await input.ReadAsync(buffer, cancellationToken).AsTask().WaitAsync(cancellationToken) is var read and > 0)
        {
            await bytes.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            if (bytes.Length > TraceReader.MaxValueBytes)
            {
                throw new IOException(
                    "the value on standard input is over 64 MiB, more than any grid takes. Split or compress it.");
            }
        }

        return bytes.GetBuffer().AsMemory(0, (int)bytes.Length);
    }

    private static long? ParseVersion(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (long.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var version) && version > 0)
        {
            return version;
        }

        result.AddError($"--if-version: '{text}' is no version. Expected a whole number above 0, as set and get --json print it; for a key without an entry use --if-absent.");
        return null;
    }

    private static void RefuseTwoConditions(CommandResult result, params ReadOnlySpan<Option> conditions)
    {
        var given = new List<string>();
        foreach (var condition in conditions)
        {
            if (result.GetResult(condition) is { Implicit: false })
            {
                given.Add(condition.Name);
            }
        }

        if (given.Count > 1)
        {
            result.AddError($"{string.Join(" and ", given)} cannot stand together: a write has one condition. Keep one of them.");
        }
    }
}
