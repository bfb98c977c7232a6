using Orleans.Cache.Engine.Replication.Messages;

namespace Orleans.Cache.Engine.Replication.Format;

/// <summary>
/// The bytes of an <see cref="Append"/> behind the head of all messages. The heads of all records stand together, then all changes, then all
/// results.
/// </summary>
internal static class AppendFormat
{
    private const int RecordLeast = 15;
    private const int MostOnStack = 64;

    public static void Write(ref WireWriter writer, Append append, WireMoment moment)
    {
        writer.Configuration(append.Configuration);
        writer.Position(append.Previous);
        writer.Signed(append.Commit);
        writer.Fixed(append.SentAt);
        writer.Time(append.Echo);
        writer.Unsigned((ulong)append.Records.Length);
        WriteRecords(ref writer, append.Previous, append.Records, moment);
    }

    public static Append Read(ref WireReader reader, CopyId from, CopyId to, long epoch, WireMoment moment)
    {
        var configuration = reader.Configuration();
        var previous = reader.LogPosition("position before");
        var commit = reader.Signed("commit");
        var sentAt = reader.Fixed("time of sending");
        var echo = reader.Time("echo");
        return new Append
        {
            From = from,
            To = to,
            Epoch = epoch,
            Configuration = configuration,
            Previous = previous,
            Commit = commit,
            SentAt = sentAt,
            Echo = echo,
            Records = ReadRecords(ref reader, previous, moment),
        };
    }

    private static void WriteRecords(ref WireWriter writer, LogPosition previous, ReadOnlySpan<LogRecord> records, WireMoment moment)
    {
        foreach (ref readonly var record in records)
        {
            // Mostly the same epoch and the next number: two bytes.
            writer.Signed(record.Position.Epoch - previous.Epoch);
            writer.Signed(record.Position.Sequence - previous.Sequence - 1);
            writer.Unsigned((ulong)record.Change.Length);
            writer.Unsigned(moment.AgeOf(record.WrittenAt));
            writer.Fixed((long)record.KeyHash);
            writer.Operation(record.Operation);
            writer.Unsigned((ulong)record.Result.Length);
            previous = record.Position;
        }

        foreach (ref readonly var record in records)
        {
            writer.Bytes(record.Change.Span);
        }

        foreach (ref readonly var record in records)
        {
            writer.Bytes(record.Result.Span);
        }
    }

    private static LogRecord[] ReadRecords(ref WireReader reader, LogPosition previous, WireMoment moment)
    {
        var count = reader.Count("number of records", RecordLeast);
        if (count == 0)
        {
            return [];
        }

        var records = new LogRecord[count];
        var lengths = count <= MostOnStack ? stackalloc (int Change, int Result)[count] : new (int, int)[count];
        var (changeBytes, resultBytes) = (0, 0);
        for (var index = 0; index < count; index++)
        {
            previous = new LogPosition(previous.Epoch + reader.Signed("record's epoch"), previous.Sequence + 1 + reader.Signed("record's number"));
            lengths[index].Change = reader.Length("length of a change", ref changeBytes);
            records[index] = new LogRecord
            {
                Position = previous,
                WrittenAt = reader.Age("record's age", moment),
                KeyHash = (ulong)reader.Fixed("hash of a key"),
                Operation = reader.Operation(),
            };
            lengths[index].Result = reader.Length("length of a result", ref resultBytes);
        }

        // Who keeps a record copies it.
        var changes = reader.Bytes("changes", changeBytes);
        var results = reader.Bytes("results", resultBytes);
        for (var index = 0; index < count; index++)
        {
            ref var record = ref records[index];
            record = record with { Change = Take(ref changes, lengths[index].Change), Result = Take(ref results, lengths[index].Result) };
        }

        return records;
    }

    private static ReadOnlyMemory<byte> Take(ref ReadOnlyMemory<byte> bytes, int length)
    {
        var taken = bytes[..length];
        bytes = bytes[length..];
        return taken;
    }
}
