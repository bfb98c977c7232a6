using System.Globalization;
using System.Text;

namespace Orleans.Cache.Cli.Output;

/// <summary>Numbers and values as people read them.</summary>
internal static class PlainText
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>What stands where nothing is known or nothing applies.</summary>
    public const string None = "–";

    /// <summary>A count: <c>1,234,567</c>.</summary>
    public static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A part of a whole, 0 to 1: <c>33.3 %</c>.</summary>
    public static string Percent(double ratio) => string.Create(CultureInfo.InvariantCulture, $"{ratio * 100:F1} %");

    /// <summary>A size in binary units: <c>1.5 MiB</c>.</summary>
    public static string Bytes(long bytes)
    {
        ReadOnlySpan<string> units = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
        if (bytes < 1024)
        {
            return string.Create(CultureInfo.InvariantCulture, $"{bytes} B");
        }

        var unit = 0;
        var size = bytes / 1024.0;
        while (size >= 1024 && unit < units.Length - 1)
        {
            size /= 1024;
            unit++;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{size:F1} {units[unit]}");
    }

    /// <summary>A moment, in UTC: <c>2026-11-21 08:31:42</c>.</summary>
    public static string Time(DateTimeOffset? moment) => moment?.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) ?? None;

    /// <summary>A latency in microseconds, milliseconds or seconds, with three digits.</summary>
    public static string Latency(TimeSpan latency) => latency.TotalMicroseconds switch
    {
        < 1000 => $"{ThreeDigits(latency.TotalMicroseconds)} µs",
        < 1_000_000 => $"{ThreeDigits(latency.TotalMilliseconds)} ms",
        _ => $"{ThreeDigits(latency.TotalSeconds)} s",
    };

    /// <summary>The text that the bytes are the UTF-8 encoding of, or <see langword="null"/>.</summary>
    public static string? AsText(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    /// <summary>
    /// Bytes as text in one line. Backslashes, control characters and bytes that are not UTF-8 are escaped, so that a value can neither pass
    /// for another nor send commands to the terminal.
    /// </summary>
    public static string Escape(ReadOnlySpan<byte> bytes, bool keepLines = false)
    {
        var text = new StringBuilder(bytes.Length);
        while (!bytes.IsEmpty)
        {
            var status = Rune.DecodeFromUtf8(bytes, out var rune, out var consumed);
            if (status == System.Buffers.OperationStatus.Done)
            {
                AppendRune(text, rune, keepLines);
            }
            else
            {
                foreach (var raw in bytes[..consumed])
                {
                    text.Append(CultureInfo.InvariantCulture, $"\\x{raw:x2}");
                }
            }

            bytes = bytes[consumed..];
        }

        return text.ToString();
    }

    private static void AppendRune(StringBuilder text, Rune rune, bool keepLines)
    {
        switch (rune.Value)
        {
            case '\n' or '\t' when keepLines:
                text.Append((char)rune.Value);
                break;
            case '\n':
                text.Append("\\n");
                break;
            case '\t':
                text.Append("\\t");
                break;
            case '\r':
                text.Append("\\r");
                break;
            case '\\' when !keepLines:
                text.Append("\\\\");
                break;
            case var _ when Rune.GetUnicodeCategory(rune) == UnicodeCategory.Control:
                text.Append(CultureInfo.InvariantCulture, $"\\u{{{rune.Value:x}}}");
                break;
            default:
                text.Append(rune.ToString());
                break;
        }
    }

    private static string ThreeDigits(double number) =>
        number.ToString(number < 10 ? "F2" : number < 100 ? "F1" : "F0", CultureInfo.InvariantCulture);
}
