using System.CommandLine;
using System.Globalization;
using Orleans.Cache.Cli.Output;
using Orleans.Cache.Cli.Output.Documents;
using Orleans.Cache.PostgreSql.Membership;
using Orleans.Cache.PostgreSql.Schema;
using Spectre.Console;

namespace Orleans.Cache.Cli.Commands;

/// <summary><c>ocache db</c>: creates and shows what a grid keeps in PostgreSQL.</summary>
internal static class DatabaseCommand
{
    /// <summary>Makes the command and those below it.</summary>
    public static Command Create(DatabaseRunner runner) => new Verb("db", "Creates and shows the database that silos know each other by.")
    {
        Examples =
        [
            new("ocache db init", "create the tables in the database that OCACHE_DB names"),
            new("ocache db status", "the silos as the database has them"),
        ],
        Options = { runner.Connection },
        Subcommands = { CreateInit(runner), CreateStatus(runner) },
    };

    /// <summary>Prints the silos for people.</summary>
    public static void Print(IAnsiConsole console, DatabaseStatusDocument status)
    {
        console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"schema   {status.SchemaVersion}"));
        console.WriteLine($"cluster  {status.Cluster}");
        if (status.Silos.Count == 0)
        {
            console.WriteLine("silos    none");
            return;
        }

        var table = new FittingTable();
        table.Add("silo", Cells(static silo => silo.Name));
        table.Add("status", Cells(static silo => silo.Status));
        table.Add("address", Cells(static silo => silo.Address));
        table.Add("gateway", Cells(static silo => silo.Gateway ?? PlainText.None), leaveOut: 1);
        table.Add("last alive", Cells(static silo => Time(silo.LastAlive)), leaveOut: 2);
        table.Add("started", Cells(static silo => Time(silo.Started)), leaveOut: 3);
        table.Write(console);

        IEnumerable<Text> Cells(Func<DatabaseSiloDocument, string> cell) => status.Silos.Select(silo => new Text(cell(silo)));

        static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
    }

    private static Verb CreateInit(DatabaseRunner runner)
    {
        var command = new Verb("init", "Creates the grid's tables, or brings older ones up to date.")
        {
            Notes =
            [
                "Doing it again changes nothing. The database itself must be there, and the user must have the right to create tables in it.",
                "A schema that a newer version of this program has made is left alone.",
            ],
            Examples =
            [
                new("ocache db init", "in the database that OCACHE_DB names"),
                new("ocache db init --connection \"Host=db;Database=cache;Username=cache\"", "in this one"),
            ],
        };
        runner.Bind(command, InitAsync);
        return command;
    }

    private static Verb CreateStatus(DatabaseRunner runner)
    {
        var command = new Verb("status", "Shows the schema's version and the silos with their status.")
        {
            Notes =
            [
                "A silo that was killed stays Active until the others have voted it dead. Times are those of the silos' own clocks, in UTC.",
                "--cluster shows another cluster than orleans-cache.",
            ],
            Examples =
            [
                new("ocache db status", "of the database that OCACHE_DB names"),
                new("ocache db status --json", "for programs"),
            ],
        };
        runner.Bind(command, ShowAsync);
        return command;
    }

    private static async Task InitAsync(DatabaseContext context, CancellationToken cancellationToken)
    {
        var before = await new DatabaseSchema(context.Database).ApplyAsync(cancellationToken);
        if (context.Json)
        {
            context.Print(new DatabaseInitDocument(DatabaseSchema.Version, before), CliJsonContext.Readable.DatabaseInitDocument);
            return;
        }

        context.Print(before switch
        {
            null => string.Create(CultureInfo.InvariantCulture, $"OK created version {DatabaseSchema.Version}"),
            DatabaseSchema.Version => string.Create(CultureInfo.InvariantCulture, $"OK version {DatabaseSchema.Version} was there"),
            _ => string.Create(CultureInfo.InvariantCulture, $"OK brought version {before} to version {DatabaseSchema.Version}"),
        });
    }

    private static async Task ShowAsync(DatabaseContext context, CancellationToken cancellationToken)
    {
        var version = await new DatabaseSchema(context.Database).ReadVersionAsync(cancellationToken);
        DatabaseSchema.CheckUsable(version);
        var silos = await MemberRows.ReadAsync(context.Database, context.ClusterId, cancellationToken);
        var status = new DatabaseStatusDocument(DatabaseSchema.Version, context.ClusterId, [.. silos.Select(DatabaseSiloDocument.Of)]);
        if (context.Json)
        {
            context.Print(status, CliJsonContext.Readable.DatabaseStatusDocument);
        }
        else
        {
            Print(context.Terminal.CreateOutputConsole(), status);
        }
    }
}
