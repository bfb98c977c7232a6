namespace Orleans.Cache.Cli.Output;

/// <summary>One character cell of a ring picture: two square pixels, one above the other, or a character of text.</summary>
/// <param name="Upper">The silo of the upper pixel; <see cref="Blank"/> outside the ring, <see cref="Nobody"/> where none owns the partition.</param>
/// <param name="Lower">The silo of the lower pixel.</param>
/// <param name="Middle">The silo at the middle of the cell, which its letter names.</param>
/// <param name="Text">A character of a label, or <c>'\0'</c>.</param>
internal readonly record struct RingCell(int Upper, int Lower, int Middle, char Text = '\0')
{
    /// <summary>Not on the ring.</summary>
    public const int Blank = -2;

    /// <summary>On the ring, at a partition without an owner.</summary>
    public const int Nobody = -1;

    /// <summary>A cell off the ring.</summary>
    public static RingCell Empty { get; } = new(Blank, Blank, Blank);
}
