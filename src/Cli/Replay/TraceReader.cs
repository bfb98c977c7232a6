using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.IO.Compression;
using System.IO.Pipelines;
using Orleans.Cache.Cli.Output;

namespace Orleans.Cache.Cli.Replay;

/// <summary>
/// Reads a trace line by line, plain or gzip, and never holds more than a line and a buffer of it. A line is a key, or a key and the size
/// of its value in bytes with blanks between; empty lines are skipped. Keys are taken as bytes, so that any encoding will do. One caller
/// at a time.
/// </summary>
internal sealed class TraceReader : IAsyncDisposable
{
    /// <summary>The largest value that a grid can be configured to take: 64 MiB.</summary>
    public const int MaxValueBytes = 64 * 1024 * 1024;

    // The longest key that a grid can be configured to take, with room for a size; longer lines are no trace.
    private const int MaxLineBytes = 65_535 + 64;
    private const int ExcerptBytes = 40;

    private readonly string _name;
    private readonly byte[] _prefix;
    private readonly Stream _source;
    private readonly PipeReader _lines;
    private long _line;

    private TraceReader(string name, byte[] prefix, Stream source, PipeReader lines)
    {
        _name = name;
        _prefix = prefix;
        _source = source;
        _lines = lines;
    }

    /// <summary>How much of the file has been read, 0 to 1; <see langword="null"/> where its length is not known.</summary>
    public double? Progress => _source is FileStream { CanSeek: true, Length: > 0 } file ? (double)file.Position / file.Length : null;

    /// <summary>Opens a file, or standard input where the path is <c>-</c>.</summary>
    /// <exception cref="TraceFormatException">The file cannot be read.</exception>
    public static async ValueTask<TraceReader> OpenAsync(
        string path, Stream standardInput, ReadOnlyMemory<byte> prefix, CancellationToken cancellationToken)
    {
        var name = path == "-" ? "standard input" : path;
        var source = path == "-" ? standardInput : OpenFile(path);
        var raw = PipeReader.Create(source, new StreamPipeReaderOptions(bufferSize: 64 * 1024));

        var start = await raw.ReadAtLeastAsync(2, cancellationToken);
        var isGzip = StartsAsGzip(start.Buffer);
        raw.AdvanceTo(start.Buffer.Start);

        var lines = isGzip
            ? PipeReader.Create(new GZipStream(raw.AsStream(), CompressionMode.Decompress), new StreamPipeReaderOptions(bufferSize: 64 * 1024))
            : raw;
        return new TraceReader(name, prefix.ToArray(), source, lines);
    }

    /// <summary>Reads the next request.</summary>
    /// <returns>The request, or <see langword="null"/> at the end.</returns>
    /// <exception cref="TraceFormatException">The line is malformed, or the file damaged.</exception>
    public async ValueTask<TraceRequest?> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await FillAsync(cancellationToken);
            var buffer = read.Buffer;
            var end = buffer.PositionOf((byte)'\n');
            if (end is null && !read.IsCompleted)
            {
                if (buffer.Length > MaxLineBytes)
                {
                    throw TooLong(_line + 1);
                }

                _lines.AdvanceTo(buffer.Start, buffer.End);
                continue;
            }

            if (end is null && buffer.IsEmpty)
            {
                return null;
            }

            _line++;
            var line = end is { } newline ? buffer.Slice(0, newline) : buffer;
            var request = ParseLine(line);
            _lines.AdvanceTo(end is { } at ? buffer.GetPosition(1, at) : buffer.End);
            if (request is not null)
            {
                return request;
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _lines.CompleteAsync();
        await _source.DisposeAsync();
    }

    private static FileStream OpenFile(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, useAsync: false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new TraceFormatException($"{path} cannot be read: {exception.Message} Name a text or gzip file, or - for standard input.", exception);
        }
    }

    private static bool StartsAsGzip(ReadOnlySequence<byte> start)
    {
        var reader = new SequenceReader<byte>(start);
        return reader.TryRead(out var first) && first == 0x1F && reader.TryRead(out var second) && second == 0x8B;
    }

    private async ValueTask<ReadResult> FillAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _lines.ReadAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException)
        {
            throw new TraceFormatException(
                string.Create(CultureInfo.InvariantCulture, $"{_name} cannot be read after line {_line}: {exception.Message} Check that the file is whole."),
                exception);
        }
    }

    private TraceRequest? ParseLine(ReadOnlySequence<byte> sequence)
    {
        if (sequence.Length > MaxLineBytes)
        {
            throw TooLong(_line);
        }

        var line = (sequence.IsSingleSegment ? sequence.FirstSpan : sequence.ToArray()).Trim(" \t\r"u8);
        if (_line == 1 && line.StartsWith("\uFEFF"u8))
        {
            line = line["\uFEFF"u8.Length..];
        }

        if (line.IsEmpty)
        {
            return null;
        }

        var blank = line.IndexOfAny(" \t"u8);
        if (blank < 0)
        {
            return new TraceRequest([.. _prefix, .. line], null);
        }

        var size = line[blank..].Trim(" \t"u8);
        if (!Utf8Parser.TryParse(size, out int bytes, out var consumed) || consumed != size.Length || bytes is < 0 or > MaxValueBytes)
        {
            throw Malformed(line);
        }

        return new TraceRequest([.. _prefix, .. line[..blank]], bytes);
    }

    private TraceFormatException Malformed(ReadOnlySpan<byte> line)
    {
        var excerpt = PlainText.Escape(line.Length > ExcerptBytes ? line[..ExcerptBytes] : line) + (line.Length > ExcerptBytes ? "…" : "");
        return new TraceFormatException(string.Create(
            CultureInfo.InvariantCulture,
            $"{_name}, line {_line}: '{excerpt}' is no request. Expected a key, or a key and the size of its value (0 to {MaxValueBytes} bytes) with a space between. Correct the line or remove it."));
    }

    private TraceFormatException TooLong(long line) => new(string.Create(
        CultureInfo.InvariantCulture,
        $"{_name}, line {line}: over {MaxLineBytes} bytes long. Expected a key, or a key and a size, on each line. Is it a text file, or gzip of one?"));
}
