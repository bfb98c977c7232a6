using System.Text;
using Orleans.Cache.Cli.Output;

namespace Orleans.Cache.Cli.Tests.Output;

public sealed class PlainTextTests
{
    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(1023, "1023 B")]
    [InlineData(1024, "1.0 KiB")]
    [InlineData(1_572_864, "1.5 MiB")]
    [InlineData(long.MaxValue, "8.0 EiB")]
    public void Bytes_Size_HasABinaryUnit(long bytes, string text) => Assert.Equal(text, PlainText.Bytes(bytes));

    [Theory]
    [InlineData(0, "0.00 µs")]
    [InlineData(123, "12.3 µs")]
    [InlineData(4_120, "412 µs")]
    [InlineData(41_200, "4.12 ms")]
    [InlineData(21_000_000, "2.10 s")]
    [InlineData(36_000_000_000, "3600 s")]
    public void Latency_Duration_HasThreeDigits(long ticks, string text) => Assert.Equal(text, PlainText.Latency(new TimeSpan(ticks)));

    [Theory]
    [InlineData("plain – ünïcödé 🙂", "plain – ünïcödé 🙂")]
    [InlineData("two\nlines\tand \\n", "two\\nlines\\tand \\\\n")]
    [InlineData("\u001b[31mred\a\u009b", "\\u{1b}[31mred\\u{7}\\u{9b}")]
    public void Escape_Text_IsOneLineWithoutControlCharacters(string text, string escaped) =>
        Assert.Equal(escaped, PlainText.Escape(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void Escape_NotUtf8_ShowsTheBytes() => Assert.Equal("a\\xff\\xc3b", PlainText.Escape([(byte)'a', 0xFF, 0xC3, (byte)'b']));

    [Fact]
    public void Escape_KeepingLines_LeavesLineEndsTabsAndBackslashes() =>
        Assert.Equal("a\n\tb\\\\r\\u{1b}", PlainText.Escape("a\n\tb\\\r\u001b"u8, keepLines: true));
}
