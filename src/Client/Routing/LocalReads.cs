using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Orleans.Cache.Engine.Batches;
using Orleans.Cache.Engine.Memory;
using Orleans.Cache.Engine.Replication;
using Orleans.Cache.Engine.Shards;
using OperationStatus = Orleans.Cache.Engine.Batches.OperationStatus;

namespace Orleans.Cache.Client.Routing;

/// <summary>
/// The shortest way of a get: in the process of the silo that has the key, without what an operation needs to travel. What it cannot answer
/// goes the usual way. Safe for any number of threads.
/// </summary>
internal sealed class LocalReads(ShardHost host, LocalShards shards)
{
    /// <summary>Keys are taken in pieces of so many, so that what is kept for each thread stays small.</summary>
    private const int PieceKeys = 256;

    private const int UsualKeyBytes = 64;

    private const int MaxKeptBytes = 1 << 20;

    [ThreadStatic]
    private static Scratch? _scratch;

    /// <summary>Reads keys whose entries are here.</summary>
    /// <param name="cache">The cache's name.</param>
    /// <param name="keys">The keys.</param>
    /// <param name="level">Which copies may answer.</param>
    /// <param name="limits">What the grid accepts.</param>
    /// <param name="entries">Receives the entries, at the keys' positions.</param>
    /// <param name="left">Receives the positions of the keys that are to be read the usual way, in their order.</param>
    /// <returns>How many those are.</returns>
    public int Read(string cache, ReadOnlySpan<CacheKey> keys, CacheReadLevel level, CacheLimits limits, Span<CacheEntry> entries, Span<int> left)
    {
        if (!host.TryFindCache(cache, out var index))
        {
            return LeaveAll(keys.Length, left);
        }

        var scratch = _scratch ??= new Scratch();
        var count = 0;
        for (var start = 0; start < keys.Length; start += PieceKeys)
        {
            var length = Math.Min(PieceKeys, keys.Length - start);
            var payload = scratch.Pack(keys.Slice(start, length), level, limits);
            scratch.Values.Reset();
            Execute(index, scratch, length, payload);
            count += Unpack(index, scratch, payload, start, length, entries, left[count..]);
        }

        return count;
    }

    /// <summary>Reads one key, if its entry is here.</summary>
    [SkipLocalsInit]
    public bool TryRead(string cache, CacheKey key, CacheReadLevel level, CacheLimits limits, out CacheEntry entry)
    {
        entry = default;
        if (!host.TryFindCache(cache, out var index))
        {
            return false;
        }

        var scratch = _scratch ??= new Scratch();
        var payload = scratch.Pack(MemoryMarshal.CreateReadOnlySpan(ref key, 1), level, limits);
        scratch.Values.Reset();
        Execute(index, scratch, 1, payload);
        entry = EntryOf(index, scratch, 0, payload, scratch.Values.Values.ToArray(), out var isAnswered);
        return isAnswered;
    }

    private void Execute(int cache, Scratch scratch, int count, ReadOnlySpan<byte> payload)
    {
        var wait = host.Execute(cache, new ShardBatch(scratch.Operations.AsSpan(0, count), payload, scratch.Results.AsSpan(0, count), scratch.Values, MaxKeptBytes));
        if (wait is null)
        {
            return;
        }

        // Keys that are being written just now: who reads them has to wait for other copies, and so goes the usual way.
        for (var number = 0; number < wait.Count; number++)
        {
            scratch.Results[wait.IndexOf(number)] = new ShardResult { Status = OperationStatus.Moved };
        }

        wait.Abandon();
    }

    private int Unpack(int cache, Scratch scratch, ReadOnlySpan<byte> payload, int start, int length, Span<CacheEntry> entries, Span<int> left)
    {
        // One array for all: what a caller keeps of one value keeps the others of the call, which are as old.
        var values = scratch.Values.Values.ToArray();
        var count = 0;
        for (var index = 0; index < length; index++)
        {
            ref readonly var result = ref scratch.Results[index];
            if (result.Status == OperationStatus.Done)
            {
                entries[start + index] = ToEntry(result, values.AsMemory(result.ValueOffset, result.ValueLength));
                continue;
            }

            entries[start + index] = EntryOf(cache, scratch, index, payload, values, out var isAnswered);
            if (!isAnswered)
            {
                left[count++] = start + index;
            }
        }

        return count;
    }

    private CacheEntry EntryOf(int cache, Scratch scratch, int index, ReadOnlySpan<byte> payload, byte[] values, out bool isAnswered)
    {
        var result = new OperationResult(scratch.Results[index], values.AsMemory(scratch.Results[index].ValueOffset, scratch.Results[index].ValueLength));
        if (result.Result.Status == OperationStatus.Chunked)
        {
            result = shards.ReadWhole(cache, scratch.Operations[index], payload, result.Result.TotalLength, out var wait);
            if (wait is not null)
            {
                wait.Abandon();
                result = default;
            }
        }

        isAnswered = result.Result.Status is OperationStatus.Done or OperationStatus.NotFound;
        return result.Result.Status == OperationStatus.Done ? ToEntry(result.Result, result.Value) : default;
    }

    private static CacheEntry ToEntry(in ShardResult result, ReadOnlyMemory<byte> value) => new()
    {
        Found = true,
        Value = value,
        Version = result.Version,
        TimeToLive = result.Number == ShardOperation.Forever ? null : TimeSpan.FromMilliseconds(result.Number),
    };

    private static int LeaveAll(int count, Span<int> left)
    {
        for (var index = 0; index < count; index++)
        {
            left[index] = index;
        }

        return count;
    }

    /// <summary>What a thread keeps for its next read.</summary>
    private sealed class Scratch
    {
        private byte[] _payload = new byte[PieceKeys * UsualKeyBytes];

        public ShardOperation[] Operations { get; } = new ShardOperation[PieceKeys];

        public ShardResult[] Results { get; } = new ShardResult[PieceKeys];

        public ValueBuffer Values { get; } = new();

        /// <summary>Makes gets of keys.</summary>
        /// <returns>The bytes of the keys.</returns>
        public ReadOnlySpan<byte> Pack(ReadOnlySpan<CacheKey> keys, CacheReadLevel level, CacheLimits limits)
        {
            if (_payload.Length > MaxKeptBytes)
            {
                _payload = new byte[PieceKeys * UsualKeyBytes];
            }

            var end = 0;
            for (var index = 0; index < keys.Length; index++)
            {
                if (index + CacheKey.PrefetchAhead < keys.Length)
                {
                    keys[index + CacheKey.PrefetchAhead].Prefetch();
                }

                var length = Append(keys[index], end, limits);
                Operations[index] = new ShardOperation { Kind = OperationKind.Get, Level = (ReadLevel)level, KeyLength = (ushort)length, KeyOffset = end, Argument = MaxKeptBytes };
                end += length;
            }

            return _payload.AsSpan(0, end);
        }

        private int Append(CacheKey key, int offset, CacheLimits limits)
        {
            if (key.IsEmpty)
            {
                throw CacheRequestException.EmptyKey();
            }

            var room = key.MaxByteCount;
            if (room > _payload.Length - offset)
            {
                Array.Resize(ref _payload, Math.Max(offset + room, 2 * _payload.Length));
            }

            var length = key.CopyTo(_payload.AsSpan(offset));
            return length <= limits.MaxKeyBytes ? length : throw CacheRequestException.KeyTooLong(length, limits.MaxKeyBytes);
        }
    }
}
