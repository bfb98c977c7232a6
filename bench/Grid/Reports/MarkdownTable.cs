using System.Text;

namespace Orleans.Cache.GridBench.Reports;

/// <summary>A table that reads well as Markdown and in a terminal: the columns are as wide as their widest cell.</summary>
internal sealed class MarkdownTable(params string[] headings)
{
    private readonly List<string[]> _rows = [headings];

    public void Add(params string[] cells) => _rows.Add(cells);

    public override string ToString()
    {
        var widths = headings.Select((_, column) => _rows.Max(row => row[column].Length)).ToArray();
        var text = new StringBuilder();
        for (var index = 0; index < _rows.Count; index++)
        {
            text.Append('|');
            for (var column = 0; column < widths.Length; column++)
            {
                var cell = _rows[index][column];
                text.Append(' ').Append(IsText(column) ? cell.PadRight(widths[column]) : cell.PadLeft(widths[column])).Append(" |");
            }

            text.Append('\n');
            if (index == 0)
            {
                text.Append('|');
                for (var column = 0; column < widths.Length; column++)
                {
                    text.Append(IsText(column) ? ":" : "-").Append('-', widths[column]).Append(IsText(column) ? "-|" : ":|");
                }

                text.Append('\n');
            }
        }

        return text.ToString();
    }

    // What is compared stands in the first two columns, numbers in the others.
    private static bool IsText(int column) => column < 2;
}
