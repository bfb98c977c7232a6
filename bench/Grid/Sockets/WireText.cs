using System.Text;

namespace Orleans.Cache.GridBench.Sockets;

/// <summary>What the text protocols have in common.</summary>
internal static class WireText
{
    private const int Shown = 100;

    /// <summary>Appends to a destination.</summary>
    public static void Put(ReadOnlySpan<byte> text, Span<byte> destination, ref int at)
    {
        text.CopyTo(destination[at..]);
        at += text.Length;
    }

    /// <summary>The length of the expected bytes and of so many that follow, when the received ones start so.</summary>
    /// <returns>0 as long as they are not complete.</returns>
    /// <exception cref="BenchException">They start otherwise.</exception>
    public static int Expect(ReadOnlySpan<byte> expected, int following, ReadOnlySpan<byte> received)
    {
        var length = Math.Min(expected.Length, received.Length);
        if (!received[..length].SequenceEqual(expected[..length]))
        {
            throw new BenchException($"A server answered otherwise than with a value of the right length: {Encoding.ASCII.GetString(received[..Math.Min(Shown, received.Length)])}");
        }

        var total = expected.Length + following;
        return received.Length >= total ? total : 0;
    }
}
