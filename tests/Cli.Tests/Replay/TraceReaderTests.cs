using System.IO.Compression;
using System.Text;
using Orleans.Cache.Cli.Replay;

namespace Orleans.Cache.Cli.Tests.Replay;

public sealed class TraceReaderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ocache-trace-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("a\nb\nc\n")]
    [InlineData("a\nb\nc")]
    [InlineData("a\r\nb\r\nc\r\n")]
    [InlineData("\n a \n\n\tb\n   \nc\n\n")]
    [InlineData("\uFEFFa\nb\nc\n")]
    public async Task Read_Keys_AreThoseOfTheLines(string text) =>
        Assert.Equal(["a", "b", "c"], await ReadAsync(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public async Task Read_KeysAndSizes_AreBoth() =>
        Assert.Equal(["42932745=512", "-7", "k=0", "big=67108864"], await ReadAsync("42932745 512\n-7\nk  \t 0\nbig 67108864 \r\n"u8.ToArray()));

    [Theory]
    [InlineData("")]
    [InlineData("\n\n")]
    [InlineData("\n")]
    public async Task Read_NoLines_IsTheEnd(string text) => Assert.Empty(await ReadAsync(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public async Task Read_Gzip_IsUnpacked() => Assert.Equal(["a=1", "b=2"], await ReadAsync(Gzip("a 1\nb 2\n")));

    [Fact]
    public async Task Read_GzipOfTwoMembers_IsReadToItsEnd() => Assert.Equal(["a", "b"], await ReadAsync([.. Gzip("a\n"), .. Gzip("b\n")]));

    [Fact]
    public async Task Read_StandardInput_IsRecognisedAsGzipToo()
    {
        await using var trace = await TraceReader.OpenAsync("-", new OneByteStream(Gzip("a 1\nb\n")), default, default);

        Assert.Equal(["a=1", "b"], await ReadAsync(trace));
        Assert.Null(trace.Progress);
    }

    [Fact]
    public async Task Read_Prefix_StandsBeforeEveryKey()
    {
        await using var trace = await TraceReader.OpenAsync(Write("a\nb 2\n"u8.ToArray()), Stream.Null, "p:"u8.ToArray(), default);

        Assert.Equal(["p:a", "p:b=2"], await ReadAsync(trace));
    }

    [Fact]
    public async Task Read_KeyThatIsNotUtf8_KeepsItsBytes()
    {
        await using var trace = await TraceReader.OpenAsync(Write([0xFF, 0xC3, (byte)'\n']), Stream.Null, default, default);

        Assert.Equal([0xFF, 0xC3], (await trace.ReadAsync(default))!.Value.Key);
    }

    [Fact]
    public async Task Read_ManyLines_AreAllThereAndInOrder()
    {
        var lines = Enumerable.Range(0, 100_000).Select(number => $"key-{number}").ToArray();

        Assert.Equal(lines, await ReadAsync(Gzip(string.Join('\n', lines))));
    }

    [Theory]
    [InlineData("a b", "a b")]
    [InlineData("a 1 2", "a 1 2")]
    [InlineData("a -1", "a -1")]
    [InlineData("a 1.5", "a 1.5")]
    [InlineData("a 67108865", "a 67108865")]
    [InlineData("a 99999999999999999999", "a 99999999999999999999")]
    [InlineData("a \u001b[31m", "a \\u{1b}[31m")]
    public async Task Read_BadLine_NamesFileAndLineAndWhatWasExpected(string line, string shown)
    {
        var path = Write(Encoding.UTF8.GetBytes($"first\n\n{line}\nlast\n"));
        await using var trace = await TraceReader.OpenAsync(path, Stream.Null, default, default);
        Assert.NotNull(await trace.ReadAsync(default));

        var error = await Assert.ThrowsAsync<TraceFormatException>(async () => await trace.ReadAsync(default));

        Assert.Equal(
            $"{path}, line 3: '{shown}' is no request. Expected a key, or a key and the size of its value (0 to 67108864 bytes) with a space between. Correct the line or remove it.",
            error.Message);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Read_EndlessLine_IsRefusedWithoutHoldingIt(bool ends)
    {
        var path = Write(Encoding.UTF8.GetBytes("a\n" + new string('k', 200_000) + (ends ? "\nb\n" : "")));
        await using var trace = await TraceReader.OpenAsync(path, Stream.Null, default, default);
        await trace.ReadAsync(default);

        var error = await Assert.ThrowsAsync<TraceFormatException>(async () => await trace.ReadAsync(default));

        Assert.StartsWith($"{path}, line 2: over 65599 bytes long.", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(12)]
    [InlineData(-4)]
    [InlineData(-500)]
    public async Task Read_CutOrDamagedGzip_IsAnErrorAndNotTheEnd(int at)
    {
        var bytes = Gzip(string.Join('\n', Enumerable.Range(0, 1000)));
        var path = Write(at < 0 ? bytes[..^-at] : [.. bytes[..at], 0xFF, 0xFF, .. bytes[(at + 2)..]]);
        await using var trace = await TraceReader.OpenAsync(path, Stream.Null, default, default);

        var error = await Assert.ThrowsAsync<TraceFormatException>(() => ReadAsync(trace));

        Assert.StartsWith($"{path} cannot be read after line ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Progress_File_GoesFromNothingToAll()
    {
        await using var trace = await TraceReader.OpenAsync(Write(Gzip("a\nb\n")), Stream.Null, default, default);

        await ReadAsync(trace);

        Assert.Equal(1, trace.Progress);
    }

    private static byte[] Gzip(string text)
    {
        var bytes = new MemoryStream();
        using (var gzip = new GZipStream(bytes, CompressionLevel.Fastest))
        {
            gzip.Write(Encoding.UTF8.GetBytes(text));
        }

        return bytes.ToArray();
    }

    private static async Task<List<string>> ReadAsync(TraceReader trace)
    {
        var requests = new List<string>();
        while (await trace.ReadAsync(default) is { } request)
        {
            requests.Add(Encoding.UTF8.GetString(request.Key) + (request.ValueBytes is { } bytes ? $"={bytes}" : ""));
        }

        return requests;
    }

    private async Task<List<string>> ReadAsync(byte[] bytes)
    {
        await using var trace = await TraceReader.OpenAsync(Write(bytes), Stream.Null, default, default);
        return await ReadAsync(trace);
    }

    private string Write(byte[] bytes)
    {
        var path = Path.Combine(_folder, "trace");
        File.WriteAllBytes(path, bytes);
        return path;
    }

    // A pipe may give as little as this at a time.
    private sealed class OneByteStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(1, buffer.Length)]);

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(1, buffer.Length)], cancellationToken);
    }
}
