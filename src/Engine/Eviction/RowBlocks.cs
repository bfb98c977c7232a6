using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using Orleans.Cache.Engine.Memory;

namespace Orleans.Cache.Engine.Eviction;

/// <summary>Numbered rows of bytes, in blocks of 4 KiB that are made and cleared when the first of their rows is written.</summary>
/// <remarks>So a table of any size is there at once, and freed in steps. Under the lock of the eviction policy.</remarks>
internal sealed unsafe class RowBlocks(CacheArena arena, int rowBytes)
{
    private const int BlockBytes = 4096;
    private const int LineBytes = 64;

    private readonly int _blockClass = arena.BlockClassOf(BlockBytes);
    private readonly int _rowsPerBlock = BlockBytes / rowBytes;
    private uint[] _blocks = [];
    private int _freed;

    /// <summary>How many rows there are.</summary>
    public long Count { get; private set; }

    /// <summary>What the rows hold on the managed heap.</summary>
    public long ManagedBytes => _blocks.Length * (long)sizeof(uint);

    /// <summary>Makes rows, all empty. There must be none.</summary>
    public void Start(long rows)
    {
        Count = rows;
        _blocks = new uint[(rows + _rowsPerBlock - 1) / _rowsPerBlock];
        _freed = 0;
    }

    /// <summary>Adds an empty row, the last.</summary>
    public void Extend()
    {
        if (Count++ == (long)_blocks.Length * _rowsPerBlock)
        {
            Array.Resize(ref _blocks, _blocks.Length * 2);
        }
    }

    /// <summary>A row; <see langword="null"/> when its block was never written.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte* Find(long row)
    {
        var block = _blocks[row / _rowsPerBlock];
        return block == 0 ? null : arena.Pointer(block) + (row % _rowsPerBlock * rowBytes);
    }

    /// <summary>Asks the processor for a row. From any thread, without the lock.</summary>
    public void Prefetch(long row)
    {
        // Count and blocks may belong to different moments.
        var blocks = Volatile.Read(ref _blocks);
        var index = row / _rowsPerBlock;
        if (Sse.IsSupported && index < blocks.Length && blocks[index] is var block && block != 0)
        {
            var bytes = arena.Pointer(block) + (row % _rowsPerBlock * rowBytes);
            for (var offset = 0; offset < rowBytes; offset += LineBytes)
            {
                Sse.Prefetch0(bytes + offset);
            }
        }
    }

    /// <summary>A row to write to; <see langword="null"/> when there is no memory for its block.</summary>
    public byte* FindOrCreate(long row)
    {
        ref var block = ref _blocks[row / _rowsPerBlock];
        if (block == 0)
        {
            if (!arena.TryAllocate(_blockClass, out block))
            {
                block = 0;
                return null;
            }

            new Span<byte>(arena.Pointer(block), BlockBytes).Clear();
        }

        return arena.Pointer(block) + (row % _rowsPerBlock * rowBytes);
    }

    /// <summary>Frees some blocks; with the last one the rows are gone.</summary>
    public void Free(int blocks)
    {
        for (; blocks > 0 && _freed < _blocks.Length; blocks--)
        {
            ref var block = ref _blocks[_freed++];
            if (block != 0)
            {
                arena.Free(block);
                block = 0;
            }
        }

        if (_freed == _blocks.Length)
        {
            _blocks = [];
            Count = 0;
        }
    }

    /// <summary>Frees all rows at once.</summary>
    public void Clear() => Free(int.MaxValue);
}
