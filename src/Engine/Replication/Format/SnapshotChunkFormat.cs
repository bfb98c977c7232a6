using Orleans.Cache.Engine.Replication.Messages;

namespace Orleans.Cache.Engine.Replication.Format;

/// <summary>The bytes of a <see cref="SnapshotChunk"/> behind the head of all messages.</summary>
internal static class SnapshotChunkFormat
{
    private const int ChangeLeast = 1;
    private const int OperationLeast = 5;

    public static void Write(ref WireWriter writer, SnapshotChunk chunk, WireMoment moment)
    {
        writer.Signed(chunk.Snapshot);
        writer.Signed(chunk.Index);
        writer.Position(chunk.Base);
        writer.Flag(chunk.IsLast);
        writer.Position(chunk.End);
        writer.Signed(chunk.VersionFloor);
        writer.Position(chunk.OperationsForgotten);
        writer.Unsigned(chunk.OperationsForgotten == default ? 0 : moment.AgeOf(chunk.OperationsForgottenAt));
        writer.Unsigned(moment.AgeOf(chunk.WrittenAt));
        WriteChanges(ref writer, chunk.Changes);
        WriteOperations(ref writer, chunk.Operations);
    }

    public static SnapshotChunk Read(ref WireReader reader, CopyId from, CopyId to, long epoch, WireMoment moment) => new()
    {
        From = from,
        To = to,
        Epoch = epoch,
        Snapshot = reader.Signed("snapshot's number"),
        Index = reader.SignedInt("chunk's number"),
        Base = reader.LogPosition("snapshot's base"),
        IsLast = reader.Flag("mark of the last chunk"),
        End = reader.LogPosition("snapshot's end"),
        VersionFloor = reader.Signed("last version"),
        OperationsForgotten = reader.LogPosition("position of what is forgotten"),
        OperationsForgottenAt = reader.Age("age of what is forgotten", moment),
        WrittenAt = reader.Age("chunk's age", moment),
        Changes = ReadChanges(ref reader),
        Operations = ReadOperations(ref reader),
    };

    private static void WriteChanges(ref WireWriter writer, ReadOnlyMemory<byte>[] changes)
    {
        writer.Unsigned((ulong)changes.Length);
        foreach (var change in changes)
        {
            writer.Unsigned((ulong)change.Length);
        }

        foreach (var change in changes)
        {
            writer.Bytes(change.Span);
        }
    }

    private static void WriteOperations(ref WireWriter writer, OperationTable.Entry[] operations)
    {
        writer.Unsigned((ulong)operations.Length);
        foreach (var entry in operations)
        {
            writer.Operation(entry.Operation);
            writer.Position(entry.Position);
            writer.Unsigned((ulong)entry.Result.Length);
        }

        foreach (var entry in operations)
        {
            writer.Bytes(entry.Result.Span);
        }
    }

    private static ReadOnlyMemory<byte>[] ReadChanges(ref WireReader reader)
    {
        var count = reader.Count("number of changes", ChangeLeast);
        if (count == 0)
        {
            return [];
        }

        var lengths = new int[count];
        var sum = 0;
        for (var index = 0; index < count; index++)
        {
            lengths[index] = reader.Length("length of a change", ref sum);
        }

        var bytes = reader.Bytes("changes", sum);
        var changes = new ReadOnlyMemory<byte>[count];
        var start = 0;
        for (var index = 0; index < count; index++)
        {
            changes[index] = bytes.Slice(start, lengths[index]);
            start += lengths[index];
        }

        return changes;
    }

    private static OperationTable.Entry[] ReadOperations(ref WireReader reader)
    {
        var count = reader.Count("number of operations", OperationLeast);
        if (count == 0)
        {
            return [];
        }

        var operations = new OperationTable.Entry[count];
        var lengths = new int[count];
        var sum = 0;
        for (var index = 0; index < count; index++)
        {
            operations[index] = new OperationTable.Entry(reader.Operation(), reader.LogPosition("operation's position"), default);
            lengths[index] = reader.Length("length of a result", ref sum);
        }

        // They stay in the table of operations.
        var bytes = reader.Copied("results", sum);
        var start = 0;
        for (var index = 0; index < count; index++)
        {
            operations[index] = operations[index] with { Result = bytes.Slice(start, lengths[index]) };
            start += lengths[index];
        }

        return operations;
    }
}
