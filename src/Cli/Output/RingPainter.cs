using Spectre.Console;

namespace Orleans.Cache.Cli.Output;

/// <summary>Gives a ring picture the colours of its silos.</summary>
internal static class RingPainter
{
    // Okabe and Ito's palette, which people with any colour vision can tell apart, then lighter ones; every colour carries black letters.
    private static readonly Color[] Palette =
    [
        new(230, 159, 0),
        new(86, 180, 233),
        new(0, 158, 115),
        new(240, 228, 66),
        new(204, 121, 167),
        new(213, 94, 0),
        new(0, 114, 178),
        new(160, 160, 160),
        new(148, 220, 190),
        new(255, 190, 160),
        new(190, 170, 240),
        new(170, 200, 90),
    ];

    /// <summary>A silo's letter on its colour.</summary>
    public static Text Symbol(int silo) => new($" {RingPicture.SymbolOf(silo)} ", LetterStyle(silo));

    /// <summary>Makes the picture ready to write. Without colours each cell shows its silo's letter.</summary>
    public static Paragraph Paint(IReadOnlyList<RingCell[]> picture, bool colours)
    {
        var paragraph = new Paragraph { Overflow = Overflow.Crop };
        if (!colours)
        {
            return paragraph.Append(string.Join('\n', RingPicture.ToText(picture)));
        }

        foreach (var row in picture)
        {
            for (var column = 0; column < row.Length; column++)
            {
                var (glyph, style) = Paint(row[column], column);
                paragraph.Append(glyph.ToString(), style);
            }

            paragraph.Append("\n");
        }

        return paragraph;
    }

    private static (char Glyph, Style Style) Paint(RingCell cell, int column) => cell switch
    {
        { Text: not '\0' } => (cell.Text, Style.Plain),
        { Upper: RingCell.Blank, Lower: RingCell.Blank } => (' ', Style.Plain),
        { Lower: RingCell.Blank } => ('▀', new Style(ColourOf(cell.Upper))),
        { Upper: RingCell.Blank } => ('▄', new Style(ColourOf(cell.Lower))),

        // A letter now and then is enough beside the colours, and leaves the picture calm.
        _ when cell.Upper == cell.Lower && column % 2 == 0 => (RingPicture.SymbolOf(cell.Upper), LetterStyle(cell.Upper)),
        _ => ('▀', new Style(ColourOf(cell.Upper), ColourOf(cell.Lower))),
    };

    private static Style LetterStyle(int silo) => new(Color.Black, ColourOf(silo));

    private static Color ColourOf(int silo) => silo < 0 ? new Color(80, 80, 80) : Palette[silo % Palette.Length];
}
