using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Orleans.Cache.Engine.Batches;
using Orleans.Cache.Engine.Replication;

namespace Orleans.Cache.Contracts.Tests.Wire;

/// <summary>The bytes of batches: see docs/formats/batch.md.</summary>
public sealed class BatchFormatTests
{
    private const int Seed = 20_261_120;
    private const int DamagedBatches = 50_000;
    private const int MaxOperations = 100;

    private const string GoldenRequest = """
        01000000 02000000
        02 03 0300 05000000 00000000 03000000 E803000000000000 FFFFFFFFFFFFFFFF 8877665544332211 03A7A6A5A4A3A2A1
        01 00 0200 00000000 08000000 0A000000 0000000000000000 0000000000000000 0000000000000000 0000000000000000
        6B6579 76616C7565
        6B32
        """;

    private const string GoldenTransfer = """
        01000000 03000000
        08 00 0100 02000000 00000000 01000000 0300000000000000 0500000000000000 8877665544332211 0000000000000000
        09 01 0100 08000000 03000000 04000000 0000000000000000 0000000000000000 0000000000000000 0000000000000000
        07 00 0100 00000000 0C000000 0D000000 0300000000000000 0200000000000000 0000000000000000 0000000000000000
        6B 7565
        6B 8877665544332211
        6B
        """;

    private const string GoldenReply = """
        01000000 02000000
        01 000000 05000000 00000000 00000000 8877665544332211 FFFFFFFFFFFFFFFF
        05 000000 00000000 05000000 00000000 0100000000000000 2A00000000000000
        76616C7565
        """;

    [Fact]
    public void Sizes_OfTheParts_AreThoseOfTheFormat()
    {
        Assert.Equal((8, 48, 32), (BatchFormat.HeaderBytes, Unsafe.SizeOf<ShardOperation>(), Unsafe.SizeOf<ShardResult>()));
        Assert.Equal((ShardOperation.SizeInBytes, ShardResult.SizeInBytes), (Unsafe.SizeOf<ShardOperation>(), Unsafe.SizeOf<ShardResult>()));
        Assert.True(BitConverter.IsLittleEndian);
    }

    [Fact]
    public void Request_HasTheGoldenBytes() => Assert.Equal(Hex(GoldenRequest), Convert.ToHexString(MakeRequest()));

    [Fact]
    public void Request_OfATransfer_HasTheGoldenBytes()
    {
        var request = new byte[BatchFormat.RequestBytes(count: 3, payloadBytes: 13)];
        var writer = new BatchWriter(request, operations: 3);
        writer.Add(new ShardOperation { Kind = OperationKind.Stage, Argument = 0x1122334455667788, Offset = 3, Length = 5 }, "k", "ue"u8);
        writer.Add(new ShardOperation { Kind = OperationKind.Commit, Condition = (byte)CacheConditionKind.IfAbsent }, "k", BitConverter.GetBytes(0x1122334455667788));
        writer.Add(new ShardOperation { Kind = OperationKind.GetRange, Offset = 3, Length = 2 }, "k", default);

        Assert.Equal(Hex(GoldenTransfer), Convert.ToHexString(request));
    }

    [Fact]
    public void Reply_OfARange_HasTheGoldenBytes()
    {
        ShardResult[] results = [new() { Status = OperationStatus.Chunked, TotalLength = 5, Version = 7, Number = ShardOperation.Forever }];

        Assert.Equal("0D000000000000000000000005000000" + "0700000000000000" + "FFFFFFFFFFFFFFFF", Convert.ToHexString(MemoryMarshal.AsBytes(results.AsSpan())));
    }

    [Fact]
    public void Reply_HasTheGoldenBytes() => Assert.Equal(Hex(GoldenReply), Convert.ToHexString(MakeReply()));

    [Fact]
    public void Request_OfGoldenBytes_IsReadAsItWasWritten()
    {
        var operations = BatchFormat.ReadRequest(Convert.FromHexString(Hex(GoldenRequest)), MaxOperations, out var payload).ToArray();

        Assert.Equal([OperationKind.Set, OperationKind.Get], operations.Select(operation => operation.Kind));
        Assert.Equal((byte)CacheConditionKind.IfVersion, operations[0].Condition);
        Assert.Equal((1000, ShardOperation.Forever, 0x1122334455667788), (operations[0].TimeToLive, operations[0].SlidingExpiration, operations[0].Argument));
        Assert.Equal("key"u8, payload.Slice(operations[0].KeyOffset, operations[0].KeyLength));
        Assert.Equal("value"u8, payload.Slice(operations[0].ValueOffset, operations[0].ValueLength));
        Assert.Equal("k2"u8, payload.Slice(operations[1].KeyOffset, operations[1].KeyLength));
    }

    [Fact]
    public void Mode_OfAnOperation_HasConditionAndConcernInOneByte()
    {
        var set = new ShardOperation { Kind = OperationKind.Set, Condition = (byte)CacheConditionKind.IfVersion, Concern = (byte)WriteConcern.Majority + 1 };
        var get = new ShardOperation { Kind = OperationKind.Get, Level = ReadLevel.Any };

        Assert.Equal((0x33, 0x10), (set.Mode, get.Mode));
        Assert.Equal(((byte)CacheConditionKind.IfVersion, (byte)3), (set.Condition, set.Concern));
        Assert.Equal((ReadLevel.Any, (byte)0), (get.Level, get.Condition));
        set.Concern = 0;
        Assert.Equal((byte)CacheConditionKind.IfVersion, set.Mode);
    }

    [Fact]
    public void Levels_ThatCallersName_HaveTheNumbersOfTheWire()
    {
        Assert.Equal(Enum.GetValues<WriteConcern>().Select(static concern => $"{(int)concern} {concern}"), Enum.GetValues<CacheWriteConcern>().Select(static concern => $"{(int)concern} {concern}"));
        Assert.All(Enum.GetValues<CacheReadLevel>(), static level => Assert.Equal($"{level}", $"{(ReadLevel)level}"));
    }

    [Fact]
    public void Reply_OfGoldenBytes_IsReadAsItWasWritten()
    {
        var results = BatchFormat.ReadReply(Convert.FromHexString(Hex(GoldenReply)), 2, out var values).ToArray();

        Assert.Equal([OperationStatus.Done, OperationStatus.VersionMismatch], results.Select(result => result.Status));
        Assert.Equal((0x1122334455667788, ShardOperation.Forever), (results[0].Version, results[0].Number));
        Assert.Equal((1, 42), (results[1].Version, results[1].Number));
        Assert.Equal("value"u8, values.Slice(results[0].ValueOffset, results[0].ValueLength));
    }

    [Fact]
    public void Damage_ToARequest_IsFoundOrHarmless() => Damage(MakeRequest(), static bytes =>
    {
        foreach (ref readonly var operation in BatchFormat.ReadRequest(bytes, MaxOperations, out var payload))
        {
            _ = payload.Slice(operation.KeyOffset, operation.KeyLength);
            _ = payload.Slice(operation.ValueOffset, operation.ValueLength);
        }
    });

    [Fact]
    public void Damage_ToAReply_IsFoundOrHarmless() => Damage(MakeReply(), static bytes =>
    {
        foreach (ref readonly var result in BatchFormat.ReadReply(bytes, 2, out var values))
        {
            _ = values.Slice(result.ValueOffset, result.ValueLength);
        }
    });

    [Fact]
    public void Request_OverTheLimit_IsRefused()
    {
        var error = Assert.Throws<InvalidDataException>(static () => BatchFormat.ReadRequest(MakeRequest(), maxOperations: 1, out _));

        Assert.Contains("2 operations, at most 1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Reply_ToAnotherNumberOfOperations_IsRefused()
    {
        Assert.Throws<InvalidDataException>(static () => BatchFormat.ReadReply(MakeReply(), operations: 3, out _));
        Assert.Throws<InvalidDataException>(static () => BatchFormat.ReadReply(MakeReply(), operations: 1, out _));
    }

    [Theory]
    [InlineData(typeof(ShardOperation), "The operations of a request")]
    [InlineData(typeof(ShardResult), "The results of a reply")]
    public void Page_OfTheFormat_HasTheOffsetsOfTheStruct(Type type, string heading)
    {
        var documented = RowsOf(heading)
            .Where(static cells => cells.Length > 3 && int.TryParse(cells[1], out _) && cells[3].StartsWith('`'))
            .Select(static cells => $"{cells[1]} {cells[3].Trim('`')}");

        var declared = type.GetFields().Where(static field => !field.IsStatic).Select(field => $"{Marshal.OffsetOf(type, field.Name)} {field.Name}");

        Assert.Equal(declared, documented);
    }

    [Fact]
    public void Page_OfTheFormat_HasEveryKindStatusAndTheGoldenRequest()
    {
        var kinds = Enum.GetValues<OperationKind>().Select(static kind => $"{(int)kind} {kind.ToString().ToLowerInvariant()}");
        var statuses = Enum.GetValues<OperationStatus>().Where(static status => status != OperationStatus.Pending).Select(static status => $"{(int)status}");

        Assert.Contains(RowsOf("The operations of a request"), row => row.Length > 4 && row[4] == string.Join(", ", kinds));
        Assert.Equal(statuses, RowsOf("The results of a reply").Where(static row => row.Length == 4 && int.TryParse(row[1], out _)).Select(static row => row[1]));
        Assert.Equal(Hex(GoldenRequest), Hex(SectionOf("An example").Split("```")[1]));
    }

    private static string SectionOf(string heading) =>
        File.ReadAllText(Repository.PathOf("docs/formats/batch.md")).Split("\n## ").Single(part => part.StartsWith(heading, StringComparison.Ordinal));

    private static IEnumerable<string[]> RowsOf(string heading) =>
        SectionOf(heading).Split('\n').Select(static line => line.Split('|', StringSplitOptions.TrimEntries));

    private static byte[] MakeRequest()
    {
        var request = new byte[BatchFormat.RequestBytes(count: 2, payloadBytes: 10)];
        var writer = new BatchWriter(request, operations: 2);
        var set = new ShardOperation
        {
            Kind = OperationKind.Set,
            Condition = (byte)CacheConditionKind.IfVersion,
            TimeToLive = 1000,
            SlidingExpiration = ShardOperation.Forever,
            Argument = 0x1122334455667788,
            Mark = OperationMark.WithAge(unchecked((long)0xA1A2A3A4A5A6A700), TimeSpan.FromMilliseconds(8)),
        };
        writer.Add(set, "key", "value"u8);
        writer.Add(new ShardOperation { Kind = OperationKind.Get }, "k2", default);
        return request;
    }

    [Fact]
    public void PositionsOfSessions_StandAtTheEnd()
    {
        var request = new byte[BatchFormat.RequestBytes(count: 2, payloadBytes: 2) + BatchFormat.PositionBytes(2)];
        var writer = new BatchWriter(request, operations: 2, hasSessions: true);
        writer.Add(new ShardOperation { Kind = OperationKind.Get }, "a", default, new LogPosition(0x0102, 0x0304));
        writer.Add(new ShardOperation { Kind = OperationKind.Get }, "b", default);

        Assert.Equal("0101000002000000", Convert.ToHexString(request[..BatchFormat.HeaderBytes]));
        Assert.Equal("6162" + "0201000000000000" + "0403000000000000" + "0000000000000000" + "0000000000000000", Convert.ToHexString(request[BatchFormat.RequestHeadBytes(2)..]));
        var operations = BatchFormat.ReadRequest(request, MaxOperations, out var payload);
        Assert.Equal([new LogPosition(0x0102, 0x0304), default], BatchFormat.PositionsOf(request, operations.Length, payload).ToArray());

        // Without the mark there are none, and with it they must be there.
        var cut = request[..^(BatchFormat.PositionBytes(2) - 5)];
        Assert.Throws<InvalidDataException>(() => BatchFormat.PositionsOf(cut, 2, cut.AsSpan(BatchFormat.RequestHeadBytes(2))));
        cut[1] = 0;
        Assert.True(BatchFormat.PositionsOf(cut, 2, cut.AsSpan(BatchFormat.RequestHeadBytes(2))).IsEmpty);
    }

    private static byte[] MakeReply()
    {
        ShardResult[] results =
        [
            new() { Status = OperationStatus.Done, ValueLength = 5, Version = 0x1122334455667788, Number = ShardOperation.Forever },
            new() { Status = OperationStatus.VersionMismatch, ValueOffset = 5, Version = 1, Number = 42 },
        ];
        byte[] reply = [.. new byte[BatchFormat.ReplyHeadBytes(results.Length)], .. "value"u8];
        BatchFormat.WriteHeader(reply, results.Length);
        MemoryMarshal.AsBytes(results.AsSpan()).CopyTo(reply.AsSpan(BatchFormat.HeaderBytes));
        return reply;
    }

    private static void Damage(byte[] batch, Action<byte[]> read)
    {
        var random = new Random(Seed);
        for (var number = 0; number < DamagedBatches; number++)
        {
            var damaged = batch.AsSpan(0, random.Next(4) == 0 ? random.Next(batch.Length + 1) : batch.Length).ToArray();
            for (var flips = random.Next(damaged.Length == 0 ? 1 : 8); flips > 0; flips--)
            {
                damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
            }

            try
            {
                read(damaged);
            }
            catch (InvalidDataException)
            {
                // Found.
            }
            catch (Exception exception)
            {
                Assert.Fail($"Batch {number} of seed {Seed}, {Convert.ToHexString(damaged)}: {exception}");
            }
        }
    }

    private static string Hex(string text) => string.Concat(text.Where(char.IsAsciiHexDigit));
}
