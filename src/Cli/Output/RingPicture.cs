using System.Globalization;

namespace Orleans.Cache.Cli.Output;

/// <summary>
/// The ring of a grid as a circle of character cells: partition 0 at 12 o'clock, then clockwise, each point of the band showing the silo
/// that owns the partition there (see <see cref="RingSectors"/>). A pure function of the owners; <see cref="RingPainter"/> gives it colours.
/// </summary>
internal static class RingPicture
{
    private const int LargestDiameter = 44;
    private const int SmallestDiameter = 16;
    private const int LabelColumns = 6;
    private const string Symbols = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    /// <summary>The letter that stands for a silo. Beyond 62 silos they repeat.</summary>
    public static char SymbolOf(int silo) => silo switch
    {
        RingCell.Blank => ' ',
        RingCell.Nobody => '·',
        _ => Symbols[silo % Symbols.Length],
    };

    /// <summary>Draws the ring.</summary>
    /// <param name="owners">For every partition the index of the silo that owns it; below 0 for none.</param>
    /// <param name="columns">How many columns there are; below 28 the ring is unrolled into a band.</param>
    /// <param name="caption">Lines for the middle of the ring; left out where they do not fit.</param>
    public static IReadOnlyList<RingCell[]> Draw(IReadOnlyList<int> owners, int columns, params IReadOnlyList<string> caption)
    {
        // Multiples of four keep the circle symmetric both in pixels and in cells.
        var diameter = Math.Min(LargestDiameter, (columns - (2 * LabelColumns)) / 4 * 4);
        return owners.Count == 0 ? [] : diameter < SmallestDiameter ? DrawBand(owners, columns) : DrawCircle(owners, diameter, caption);
    }

    /// <summary>The picture with letters only.</summary>
    public static IReadOnlyList<string> ToText(IReadOnlyList<RingCell[]> picture) =>
        [.. picture.Select(row => string.Concat(row.Select(cell => cell.Text != '\0' ? cell.Text : SymbolOf(cell.Middle))).TrimEnd())];

    private static List<RingCell[]> DrawCircle(IReadOnlyList<int> owners, int diameter, IReadOnlyList<string> caption)
    {
        var thickness = Math.Max(3, diameter / 6);
        var sectors = RingSectors.Reduce(owners, CountSectors(diameter, thickness));
        var rows = new List<RingCell[]>();
        for (var row = 0; row < diameter / 2; row++)
        {
            var cells = NewRow(diameter);
            for (var column = 0; column < diameter; column++)
            {
                var x = column + 0.5;
                cells[LabelColumns + column] = new RingCell(
                    OwnerAt(sectors, diameter, thickness, x, (2 * row) + 0.5),
                    OwnerAt(sectors, diameter, thickness, x, (2 * row) + 1.5),
                    OwnerAt(sectors, diameter, thickness, x, (2 * row) + 1));
            }

            rows.Add(cells);
        }

        Label(rows, owners.Count, diameter);
        WriteCaption(rows, caption, diameter, diameter - (2 * thickness) - 2);
        return rows;
    }

    // About as many as there are pixels along the middle of the band, as a power of two: then sectors are whole numbers of partitions.
    private static int CountSectors(int diameter, int thickness) => 1 << (int)Math.Log2(1.25 * Math.PI * (diameter - thickness));

    private static int OwnerAt(int[] sectors, int diameter, int thickness, double x, double y)
    {
        var radius = diameter / 2.0;
        var right = x - radius;
        var up = radius - y;
        var distance = Math.Sqrt((right * right) + (up * up));
        if (distance > radius || distance < radius - thickness)
        {
            return RingCell.Blank;
        }

        // Clockwise from 12 o'clock, as a part of the full turn.
        var turn = Math.Atan2(right, up) / Math.Tau;
        var sector = (int)((turn < 0 ? turn + 1 : turn) * sectors.Length);
        return sectors[Math.Min(sector, sectors.Length - 1)];
    }

    // Which partitions stand at 12, 3, 6 and 9 o'clock, if they are whole numbers.
    private static void Label(List<RingCell[]> rows, int partitions, int diameter)
    {
        if (partitions % 4 == 0)
        {
            var middle = rows.Count / 2;
            Write(rows[middle], LabelColumns + diameter + 1, Number(partitions / 4));
            Write(rows[middle], LabelColumns - 1 - Number(partitions / 4 * 3).Length, Number(partitions / 4 * 3));
            rows.Add(NewRow(diameter));
            WriteCentred(rows[^1], diameter, Number(partitions / 2));
        }

        rows.Insert(0, NewRow(diameter));
        WriteCentred(rows[0], diameter, Number(0));
    }

    private static void WriteCaption(List<RingCell[]> rows, IReadOnlyList<string> caption, int diameter, int columns)
    {
        if (caption.Any(line => line.Length > columns))
        {
            return;
        }

        // Below the label of partition 0.
        var first = 1 + (((diameter / 2) - caption.Count) / 2);
        for (var line = 0; line < caption.Count; line++)
        {
            WriteCentred(rows[first + line], diameter, caption[line]);
        }
    }

    private static List<RingCell[]> DrawBand(IReadOnlyList<int> owners, int columns)
    {
        const int bandRows = 4;
        var width = Math.Max(1, columns);
        var sectors = RingSectors.Reduce(owners, bandRows * width);
        var rows = new List<RingCell[]>();
        for (var row = 0; row < bandRows; row++)
        {
            var cells = new RingCell[width];
            for (var column = 0; column < width; column++)
            {
                var owner = sectors[(int)(((row * width) + column + 0.5) / (bandRows * width) * sectors.Length)];
                cells[column] = new RingCell(owner, owner, owner);
            }

            rows.Add(cells);
        }

        return rows;
    }

    private static RingCell[] NewRow(int diameter)
    {
        var row = new RingCell[diameter + (2 * LabelColumns)];
        row.AsSpan().Fill(RingCell.Empty);
        return row;
    }

    private static void WriteCentred(RingCell[] row, int diameter, string text) =>
        Write(row, LabelColumns + ((diameter - text.Length) / 2), text);

    private static void Write(RingCell[] row, int column, string text)
    {
        for (var index = 0; index < text.Length; index++)
        {
            row[column + index] = RingCell.Empty with { Text = text[index] };
        }
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
