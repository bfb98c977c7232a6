using Orleans.Cache.Cli.Output;
using Spectre.Console;

namespace Orleans.Cache.Cli.Tests.Output;

public sealed class RingPictureTests
{
    private static readonly int[] Quarters = [.. Enumerable.Range(0, 16).Select(partition => partition / 4)];

    [Fact]
    public void Draw_FourSilosWithAQuarterEach_GoesClockwiseFromTwelve() => AssertPicture(
        RingPicture.Draw(Quarters, columns: 28),
        """
                     0
                  DDDDAAAA
                DDDDDDAAAAAA
               DDD        AAA
              DDD          AAA
           12 CCC          BBB 4
               CCC        BBB
                CCCCCCBBBBBB
                  CCCCBBBB
                     8
        """);

    [Fact]
    public void Draw_WithCaption_PutsItInTheMiddle() => AssertPicture(
        RingPicture.Draw([0, 1, 2], columns: 40, "3 partitions", "3 silos"),
        """
                           0
                       CCCCCAAAAA
                   CCCCCCCCCAAAAAAAAA
                 CCCCCCC        AAAAAAA
                CCCCC              AAAAA
               CCCC                  AAAA
              CCCC                    AAAA
              CCCC    3 partitions    AAAA
              CCCC      3 silos       AAAA
              CCCC                    AAAA
               CCCC                  AAAA
                BBBBB              BBBBB
                 BBBBBBB        BBBBBBB
                   BBBBBBBBBBBBBBBBBB
                       BBBBBBBBBB
        """);

    [Fact]
    public void Draw_NarrowTerminal_UnrollsTheRing() => AssertPicture(
        RingPicture.Draw(Quarters, columns: 12),
        """
        AAAAAAAAAAAA
        BBBBBBBBBBBB
        CCCCCCCCCCCC
        DDDDDDDDDDDD
        """);

    [Fact]
    public void Draw_PartitionsWithoutOwner_ShowAsDots() => AssertPicture(
        RingPicture.Draw([0, -1, 0, -1], columns: 10),
        """
        AAAAAAAAAA
        ··········
        AAAAAAAAAA
        ··········
        """);

    [Fact]
    public void Draw_NoPartitions_IsEmpty() => Assert.Empty(RingPicture.Draw([], columns: 80));

    [Theory]
    [InlineData(1)]
    [InlineData(27)]
    [InlineData(28)]
    [InlineData(61)]
    [InlineData(80)]
    [InlineData(400)]
    public void Draw_AnyWidth_StaysWithinIt(int columns)
    {
        var picture = RingPicture.Draw(Quarters, columns, "16 partitions");

        Assert.All(picture, row => Assert.InRange(row.Length, 1, columns));
    }

    [Fact]
    public void Draw_MoreSilosThanLetters_StillHasOneForEach()
    {
        var owners = Enumerable.Range(0, 1024).Select(partition => partition % 100).ToArray();

        var lines = RingPicture.ToText(RingPicture.Draw(owners, columns: 80));

        Assert.DoesNotContain('\0', string.Concat(lines));
    }

    [Fact]
    public void Paint_WithoutColours_IsTheLettersOnly()
    {
        var picture = RingPicture.Draw(Quarters, columns: 28);

        Assert.Equal(string.Join('\n', RingPicture.ToText(picture)), Render(picture, colours: false).TrimEnd('\n'));
    }

    [Fact]
    public void Paint_WithColours_ColoursTheBandAndNotTheLabels()
    {
        var painted = Render(RingPicture.Draw(Quarters, columns: 28), colours: true);

        Assert.Contains("\u001b[38;2;230;159;0m▄", painted, StringComparison.Ordinal);
        Assert.StartsWith("             0", painted, StringComparison.Ordinal);
    }

    private static void AssertPicture(IReadOnlyList<RingCell[]> picture, string expected)
    {
        var lines = expected.Split('\n').Select(line => line.TrimEnd());
        Assert.Equal(string.Join('\n', lines), string.Join('\n', RingPicture.ToText(picture)));
    }

    private static string Render(IReadOnlyList<RingCell[]> picture, bool colours)
    {
        var writer = new StringWriter { NewLine = "\n" };
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = colours ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = colours ? ColorSystemSupport.TrueColor : ColorSystemSupport.NoColors,
            Out = new AnsiConsoleOutput(writer),
        });
        console.Profile.Width = 80;
        console.Write(RingPainter.Paint(picture, colours));
        return writer.ToString();
    }
}
