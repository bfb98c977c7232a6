using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Orleans.Cache.Cli.Output;
using Orleans.Cache.PostgreSql.Schema;

namespace Orleans.Cache.Cli.Commands;

/// <summary>What a verb works with that asks the database.</summary>
/// <param name="Database">The database; not connected to yet.</param>
/// <param name="ClusterId">The Orleans cluster that the command line names.</param>
/// <param name="Json">Whether to print for programs.</param>
/// <param name="Terminal">Where to print.</param>
internal sealed record DatabaseContext(Database Database, string ClusterId, bool Json, Terminal Terminal)
{
    /// <summary>Prints a line of text.</summary>
    public void Print(string line) => Terminal.Output.WriteLine(line);

    /// <summary>Prints a line of JSON.</summary>
    public void Print<T>(T document, JsonTypeInfo<T> type) => Terminal.Output.WriteLine(JsonSerializer.Serialize(document, type));
}
