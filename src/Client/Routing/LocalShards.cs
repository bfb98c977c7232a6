using System.Buffers;
using System.Runtime.CompilerServices;
using Orleans.Cache.Engine.Batches;
using Orleans.Cache.Engine.Copies;
using Orleans.Cache.Engine.Memory;
using Orleans.Cache.Engine.Replication;
using Orleans.Cache.Engine.Shards;
using OperationStatus = Orleans.Cache.Engine.Batches.OperationStatus;

namespace Orleans.Cache.Client.Routing;

/// <summary>
/// The shards that live in this process, when it hosts a silo: operations on them need no message. Safe for any number of threads.
/// </summary>
internal sealed class LocalShards
{
    private const int StackBytes = 1536;

    /// <summary>Values that are gathered for a batch before they are handed out.</summary>
    private const int MaxGathered = 16 << 20;

    /// <summary>A thread keeps a buffer of at most so many bytes for its next call.</summary>
    private const int MaxKept = 1 << 20;

    [ThreadStatic]
    private static ValueBuffer? _values;

    private readonly ShardHost _host;
    private readonly TimeProvider _time;

    public LocalShards(ShardHost host, SiloAddress silo, TimeProvider time)
    {
        _host = host;
        _time = time;
        Silo = silo;
        Reads = new LocalReads(host, this);
    }

    /// <summary>The silo of this process.</summary>
    public SiloAddress Silo { get; }

    /// <summary>The shortest way of gets.</summary>
    public LocalReads Reads { get; }

    /// <summary>Executes one operation here and now.</summary>
    /// <remarks>
    /// <paramref name="wait"/>: What the result waits for: other copies. Then <see cref="SettleAsync(BatchWait, OperationResult)"/> has it.
    /// </remarks>
    /// <returns><see langword="false"/> when it has to be tried again: see <see cref="MustTryAgain"/>.</returns>
    [SkipLocalsInit]
    public bool TryExecute(string cache, in Operation operation, out OperationResult result, out BatchWait? wait)
    {
        // Key and value must lie in one span. Small ones are copied to the stack, which costs less than a rented array.
        var bytes = operation.PayloadBytes;
        var rented = bytes <= StackBytes ? null : ArrayPool<byte>.Shared.Rent(bytes);
        var payload = rented is null ? stackalloc byte[StackBytes] : rented.AsSpan();
        try
        {
            var header = operation.Header;
            header.KeyOffset = 0;
            header.ValueOffset = operation.Key.CopyTo(payload);
            header.ValueLength = operation.Value.Length;
            operation.Value.Span.CopyTo(payload[header.ValueOffset..]);

            var values = EmptyBuffer();
            var position = operation.Seen;
            var shardResult = Execute(IndexOf(cache), header, payload[..bytes], values, ref position, out wait);
            if (shardResult.Status == OperationStatus.Chunked && wait is null)
            {
                result = ReadWhole(IndexOf(cache), header, payload[..bytes], shardResult.TotalLength, out wait, operation.Seen);
                result = operation.IsPooled ? result with { Value = PooledValue.Rent(result.Value.Span) } : result;
            }
            else
            {
                result = new OperationResult(shardResult, operation.IsPooled ? PooledValue.Rent(values.Values) : values.Values.ToArray()) { Position = position };
            }

            return wait is not null || !MustTryAgain(result.Result.Status);
        }
        finally
        {
            ShrinkBuffer();
            if (rented is not null)
            {
                ArrayPool<byte>.Shared.Return(rented);
            }
        }
    }

    /// <summary>Whether an operation with this status was not done, or perhaps not, and has to be executed again.</summary>
    public static bool MustTryAgain(OperationStatus status) => status is OperationStatus.Moved or OperationStatus.Behind or OperationStatus.NoRoom or OperationStatus.Unknown;

    /// <summary>Waits for other copies, and gives the result as it is then.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public static async ValueTask<OperationResult> SettleAsync(BatchWait wait, OperationResult result)
    {
        await wait.WaitAsync().ConfigureAwait(false);
        var shardResult = result.Result;
        wait.Settle(new Span<ShardResult>(ref shardResult));
        wait.Dispose();
        return result with { Result = shardResult };
    }

    /// <summary>Waits for other copies, and mends the results of a call by what came of it.</summary>
    /// <param name="waits">What the results wait for, and the positions in the call that each counts by.</param>
    /// <param name="call">The call.</param>
    public static async Task SettleAsync(List<(BatchWait Wait, int[] Positions)> waits, BatchCall call)
    {
        foreach (var (wait, positions) in waits)
        {
            await wait.WaitAsync().ConfigureAwait(false);
            for (var number = 0; number < wait.Count; number++)
            {
                ref var result = ref call.Results[positions[wait.IndexOf(number)]];
                var shardResult = result.Result;
                wait.Settle(number, ref shardResult);
                result = result with { Result = shardResult };
            }

            wait.Dispose();
        }
    }

    /// <summary>Executes operations of a call here and now.</summary>
    /// <remarks><paramref name="began"/>: When the call began, by the clock's timestamps. <paramref name="waits"/>: What the results wait for, if anything: see <see cref="SettleAsync(List{ValueTuple{BatchWait, int[]}}, BatchCall)"/>.</remarks>
    /// <returns>Whether none has to be tried again, as far as that is known.</returns>
    public bool Execute(
        string cache,
        ReadOnlySpan<Operation> operations,
        ReadOnlySpan<int> positions,
        Span<OperationResult> results,
        long began,
        out List<(BatchWait Wait, int[] Positions)>? waits)
    {
        var bytes = 0;
        foreach (var position in positions)
        {
            bytes = checked(bytes + operations[position].PayloadBytes);
        }

        var payload = ArrayPool<byte>.Shared.Rent(bytes);
        var headers = ArrayPool<ShardOperation>.Shared.Rent(positions.Length);
        var shardResults = ArrayPool<ShardResult>.Shared.Rent(positions.Length);
        try
        {
            var sessions = Pack(operations, positions, payload, headers);
            waits = null;
            return Execute(
                IndexOf(cache), headers.AsSpan(0, positions.Length), payload.AsSpan(0, bytes), shardResults.AsSpan(0, positions.Length), sessions, positions, results, began, ref waits);
        }
        finally
        {
            ShrinkBuffer();
            ArrayPool<byte>.Shared.Return(payload);
            ArrayPool<ShardOperation>.Shared.Return(headers);
            ArrayPool<ShardResult>.Shared.Return(shardResults);
        }
    }

    /// <summary>
    /// Executes packed operations; those that find no room for their values again, as often as it takes: all values of a batch together can be
    /// more than an array takes.
    /// </summary>
    private bool Execute(
        int cache,
        Span<ShardOperation> headers,
        ReadOnlySpan<byte> payload,
        Span<ShardResult> shardResults,
        Span<LogPosition> sessions,
        ReadOnlySpan<int> positions,
        Span<OperationResult> results,
        long began,
        ref List<(BatchWait Wait, int[] Positions)>? waits)
    {
        var areOpen = true;
        Span<LogPosition> seen = sessions.IsEmpty ? default : new LogPosition[sessions.Length];
        while (true)
        {
            var values = EmptyBuffer();
            seen.Clear();
            var batch = new ShardBatch(headers, payload, shardResults, values, MaxGathered, began) { Sessions = sessions, Positions = seen };
            Keep(_host.Execute(cache, batch), positions, ref waits);
            areOpen &= Unpack(shardResults, values.Values.ToArray(), seen, positions, results);
            var deferred = 0;
            for (var index = 0; index < headers.Length; index++)
            {
                if (shardResults[index].Status == OperationStatus.Chunked)
                {
                    results[positions[index]] = ReadWhole(cache, headers[index], payload, shardResults[index].TotalLength, out var wait, sessions.IsEmpty ? default : sessions[index]);
                    Keep(wait, positions.Slice(index, 1), ref waits);
                    areOpen &= !MustTryAgain(results[positions[index]].Result.Status);
                }

                deferred += shardResults[index].Status == OperationStatus.Deferred ? 1 : 0;
            }

            if (deferred == 0)
            {
                return areOpen;
            }

            var left = new int[deferred];
            for (int index = 0, next = 0; index < headers.Length; index++)
            {
                if (shardResults[index].Status == OperationStatus.Deferred)
                {
                    left[next] = positions[index];
                    if (!sessions.IsEmpty)
                    {
                        sessions[next] = sessions[index];
                    }

                    headers[next++] = headers[index];
                }
            }

            positions = left;
            headers = headers[..deferred];
            shardResults = shardResults[..deferred];
            sessions = sessions.IsEmpty ? sessions : sessions[..deferred];
            seen = seen.IsEmpty ? seen : seen[..deferred];
        }
    }

    /// <summary>Reads a large value straight into the array that the caller gets.</summary>
    public OperationResult ReadWhole(int cache, in ShardOperation get, ReadOnlySpan<byte> payload, int length, out BatchWait? wait, LogPosition session = default)
    {
        while (true)
        {
            var position = session;
            var value = GC.AllocateUninitializedArray<byte>(length);
            var range = new ShardOperation { Kind = OperationKind.GetRange, KeyOffset = get.KeyOffset, KeyLength = get.KeyLength, Length = length, Level = get.Level };
            var result = Execute(cache, range, payload, new ValueBuffer(value), ref position, out wait);
            if (result.Status != OperationStatus.Done || result.TotalLength == length)
            {
                return new OperationResult(result, value.AsMemory(0, result.ValueLength)) { Position = position };
            }

            // It was written since; what that waits for the next read waits for too.
            wait?.Abandon();
            length = result.TotalLength;
        }
    }

    private ShardResult Execute(int cache, in ShardOperation operation, ReadOnlySpan<byte> payload, ValueBuffer values, ref LogPosition position, out BatchWait? wait)
    {
        var result = default(ShardResult);
        var seen = position;
        position = default;
        var sentAfter = operation.Mark == 0 ? ShardBatch.NeverSent : _time.GetTimestamp();
        wait = _host.Execute(cache, new ShardBatch(new ReadOnlySpan<ShardOperation>(in operation), payload, new Span<ShardResult>(ref result), values, sentAfter: sentAfter)
        {
            Sessions = seen == default ? default : new ReadOnlySpan<LogPosition>(in seen),
            Positions = seen == default ? default : new Span<LogPosition>(ref position),
        });
        return result;
    }

    /// <returns>What their sessions have seen; empty if there are none.</returns>
    private static Span<LogPosition> Pack(ReadOnlySpan<Operation> operations, ReadOnlySpan<int> positions, Span<byte> payload, Span<ShardOperation> headers)
    {
        var end = 0;
        Span<LogPosition> sessions = default;
        for (var index = 0; index < positions.Length; index++)
        {
            ref readonly var operation = ref operations[positions[index]];
            if (operation.Seen != default)
            {
                sessions = sessions.IsEmpty ? new LogPosition[positions.Length] : sessions;
                sessions[index] = operation.Seen;
            }

            ref var header = ref headers[index];
            header = operation.Header;
            header.KeyOffset = end;
            end += operation.Key.CopyTo(payload[end..]);
            header.ValueOffset = end;
            operation.Value.Span.CopyTo(payload[end..]);
            end += operation.Value.Length;
        }

        return sessions;
    }

    private static bool Unpack(ReadOnlySpan<ShardResult> shardResults, byte[] values, ReadOnlySpan<LogPosition> seen, ReadOnlySpan<int> positions, Span<OperationResult> results)
    {
        var areDone = true;
        for (var index = 0; index < positions.Length; index++)
        {
            ref readonly var result = ref shardResults[index];
            results[positions[index]] = new OperationResult(result, values.AsMemory(result.ValueOffset, result.ValueLength)) { Position = seen.IsEmpty ? default : seen[index] };
            areDone &= !MustTryAgain(result.Status);
        }

        return areDone;
    }

    private static void Keep(BatchWait? wait, ReadOnlySpan<int> positions, ref List<(BatchWait Wait, int[] Positions)>? waits)
    {
        if (wait is not null)
        {
            (waits ??= []).Add((wait, positions.ToArray()));
        }
    }

    private static ValueBuffer EmptyBuffer()
    {
        var values = _values ??= new ValueBuffer();
        values.Reset();
        return values;
    }

    private static void ShrinkBuffer()
    {
        if (_values is { Capacity: > MaxKept } values)
        {
            values.Dispose();
        }
    }

    private int IndexOf(string cache) => _host.TryFindCache(cache, out var index) ? index : throw CacheRequestException.UnknownCache(cache, _host.CacheNames);
}
