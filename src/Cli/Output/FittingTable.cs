using Spectre.Console;

namespace Orleans.Cache.Cli.Output;

/// <summary>A table that leaves out its least important columns where the console is too narrow, rather than break words and numbers.</summary>
internal sealed class FittingTable
{
    // Between two columns and at the left edge.
    private const int Gap = 2;

    private readonly List<Column> _columns = [];

    /// <summary>Adds a column.</summary>
    /// <param name="name">The heading.</param>
    /// <param name="cells">A cell for each row.</param>
    /// <param name="total">What stands below them; in all columns or in none.</param>
    /// <param name="isNumber">Whether the cells are numbers, which line up at their right.</param>
    /// <param name="leaveOut">Which columns go first where there is no room: the highest; those of 0 stay.</param>
    public void Add(string name, IEnumerable<Text> cells, string? total = null, bool isNumber = false, int leaveOut = 0) =>
        _columns.Add(new Column(name, [.. cells], total, isNumber, leaveOut));

    /// <summary>Writes the table.</summary>
    public void Write(IAnsiConsole console)
    {
        var shown = new List<Column>(_columns);
        while (shown.Sum(column => column.Width + Gap) + Gap > console.Profile.Width
            && shown.MaxBy(column => column.LeaveOut) is { LeaveOut: > 0 } least)
        {
            shown.Remove(least);
        }

        var table = new Table { Border = TableBorder.Simple };
        foreach (var column in shown)
        {
            var header = new TableColumn(column.Name) { NoWrap = true, Padding = new Padding(0, 0, 1, 0) };
            header.Alignment = column.IsNumber ? Justify.Right : Justify.Left;
            header.Footer = column.Total is null ? null : new Text(column.Total);
            table.AddColumn(header);
        }

        for (var row = 0; row < _columns[0].Cells.Length; row++)
        {
            table.AddRow(shown.Select(column => column.Cells[row]));
        }

        console.Write(table);
    }

    private sealed record Column(string Name, Text[] Cells, string? Total, bool IsNumber, int LeaveOut)
    {
        public int Width { get; } = Cells.Select(cell => cell.Length).Append(Name.Length).Append(Total?.Length ?? 0).Max();
    }
}
