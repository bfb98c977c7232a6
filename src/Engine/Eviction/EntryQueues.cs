using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using Orleans.Cache.Engine.Memory;

namespace Orleans.Cache.Engine.Eviction;

/// <summary>
/// The queues of a cache's eviction policy: first in, first out, with removal and moving from anywhere, over the entries of all the
/// cache's shards on this silo.
/// </summary>
/// <remarks>
/// 1. A queue is a chain of blocks of <see cref="CellsPerBlock"/> cells; a cell is a reference, or 0 once its entry has left. 2. An entry
/// keeps its cell's position (block number and cell), so leaving touches that one cell and no neighbour: 8.5 bytes an entry, and no
/// pointers to follow. 3. A block is freed with its last entry. 4. When less than half of the cells are used, each append also tries to
/// join one block with its successor, so holes never cost more than the entries. 5. An entry is freed only after it left, so under the
/// policy's lock every cell is an entry whose key and header may be read. Under the policy's lock throughout.
/// </remarks>
internal sealed unsafe class EntryQueues
{
    public const int CellsPerBlock = 60;

    private const int CellBits = 6;
    private const int CellMask = (1 << CellBits) - 1;
    private const int JoinsPerAppend = 2;

    private readonly CacheArena _arena;
    private readonly int _blockClass;
    private readonly int[] _first;
    private readonly int[] _last;
    private readonly long[] _counts;
    private uint[] _blocks = new uint[16];
    private int _highest;
    private int _freeNumbers;
    private int _blockCount;
    private int _cursor;

    /// <remarks><paramref name="queues"/>: How many queues there are.</remarks>
    public EntryQueues(CacheArena arena, int queues)
    {
        _arena = arena;
        _blockClass = arena.BlockClassOf(sizeof(Block));
        _first = new int[queues];
        _last = new int[queues];
        _counts = new long[queues];
    }

    /// <summary>Entries in all queues.</summary>
    public long Count { get; private set; }

    /// <summary>What the queues hold on the managed heap.</summary>
    public long ManagedBytes => _blocks.Length * (long)sizeof(uint);

    /// <summary>Entries in one queue.</summary>
    public long CountOf(int queue) => _counts[queue];

    /// <summary>The queue that an entry stands in.</summary>
    public int QueueOf(EntryPointer entry) => At((int)(entry.Position >> CellBits))->Queue;

    /// <summary>Puts an entry at the end of a queue.</summary>
    /// <returns><see langword="false"/> when there is no memory for a block; nothing has changed then.</returns>
    public bool TryAppend(int queue, uint reference)
    {
        var number = _last[queue];
        if ((number == 0 || At(number)->End == CellsPerBlock) && !TryAddBlock(queue, out number))
        {
            return false;
        }

        var block = At(number);
        Put(block, number, block->End++, reference);
        block->Live++;
        _counts[queue]++;
        Count++;
        for (var join = 0; join < JoinsPerAppend && (long)_blockCount * CellsPerBlock > (2 * Count) + (2 * CellsPerBlock * _first.Length); join++)
        {
            Join();
        }

        return true;
    }

    /// <summary>Takes an entry out of its queue.</summary>
    public void Remove(EntryPointer entry)
    {
        var position = entry.Position;
        entry.Position = 0;
        var number = (int)(position >> CellBits);
        var block = At(number);
        block->Cells[position & CellMask] = 0;
        _counts[block->Queue]--;
        Count--;
        if (--block->Live == 0 && !(number == _last[block->Queue] && block->End < CellsPerBlock))
        {
            RemoveBlock(number);
        }
    }

    /// <summary>Moves an entry to the end of a queue. When there is no memory for that it stays where it is.</summary>
    public void MoveToEnd(int queue, uint reference)
    {
        var entry = _arena.Entry(reference);
        var position = entry.Position;
        var last = _last[queue];
        if (last == (int)(position >> CellBits) && (int)(position & CellMask) == At(last)->End - 1)
        {
            return;
        }

        // Out first: joining blocks, as appending does, must not meet an entry that stands in two cells.
        if ((last == 0 || At(last)->End == CellsPerBlock) && !TryAddBlock(queue, out _))
        {
            return;
        }

        Remove(entry);
        TryAppend(queue, reference);
    }

    /// <summary>Puts a moved entry's new reference in place of the old one. Its bytes, hence its position, were copied before.</summary>
    public void Replace(uint to)
    {
        var position = _arena.Entry(to).Position;
        At((int)(position >> CellBits))->Cells[position & CellMask] = to;
    }

    /// <summary>The entry at the head of a queue.</summary>
    public bool TryPeek(int queue, out uint reference)
    {
        reference = 0;
        var number = _first[queue];
        if (_counts[queue] == 0)
        {
            return false;
        }

        var block = At(number);
        while (block->Live == 0)
        {
            number = block->Next;
            block = At(number);
        }

        while (block->Cells[block->Start] == 0)
        {
            block->Start++;
        }

        reference = block->Cells[block->Start];
        return true;
    }

    /// <summary>Asks the processor for a cell. From any thread, without the lock.</summary>
    public void Prefetch(uint position)
    {
        var blocks = Volatile.Read(ref _blocks);
        if (position >> CellBits < blocks.Length && Sse.IsSupported)
        {
            // Numbers that are not in use stand for anything, but for something within the arena.
            var block = (Block*)_arena.Pointer(blocks[position >> CellBits]);
            Sse.Prefetch0(block);
            Sse.Prefetch0(&block->Cells[position & CellMask]);
        }
    }

    /// <summary>The entry that stands so many cells behind the head of a queue, as far as that is easily said; 0: it is not.</summary>
    /// <remarks><paramref name="ahead"/>: Below <see cref="CellsPerBlock"/>.</remarks>
    public uint Ahead(int queue, int ahead)
    {
        var number = _first[queue];
        if (number == 0)
        {
            return 0;
        }

        var block = At(number);
        var cell = block->Start + ahead;
        if (cell >= CellsPerBlock)
        {
            if (block->Next == 0)
            {
                return 0;
            }

            block = At(block->Next);
            cell = block->Start + cell - CellsPerBlock;
        }

        return cell < block->End ? block->Cells[cell] : 0;
    }

    /// <summary>The entry in a cell drawn from all cells ever used; 0 when that cell is empty.</summary>
    /// <param name="draw">Any 64 bits, uniformly distributed.</param>
    public uint AtRandom(ulong draw)
    {
        var number = 1 + (int)(((draw >> 32) * (ulong)_highest) >> 32);
        var cell = (int)(((draw & uint.MaxValue) * CellsPerBlock) >> 32);
        if (number > _highest || !IsUsed(number))
        {
            return 0;
        }

        var block = At(number);
        return cell < block->End ? block->Cells[cell] : 0;
    }

    /// <summary>Checks that blocks, cells and counts fit together.</summary>
    /// <exception cref="InvalidOperationException">They do not; the message says where.</exception>
    public void Validate()
    {
        var blocks = 0;
        for (var queue = 0; queue < _first.Length; queue++)
        {
            long found = 0;
            var previous = 0;
            for (var number = _first[queue]; number != 0; number = At(number)->Next)
            {
                var block = At(number);
                var live = 0;
                for (var cell = 0; cell < block->End; cell++)
                {
                    if (block->Cells[cell] != 0)
                    {
                        live++;
                        Check(_arena.Entry(block->Cells[cell]).Position == (uint)((number << CellBits) | cell), "an entry does not know its position");
                        Check(_arena.Entry(block->Cells[cell]).IsLive, "a queue holds a freed entry");
                    }
                }

                Check(live == block->Live && block->Queue == queue && block->Previous == previous, "a block of a queue is wrong");
                found += live;
                previous = number;
                blocks++;
            }

            Check(found == _counts[queue] && previous == _last[queue], "a queue's count is wrong");
        }

        Check(blocks == _blockCount, "blocks are lost");
    }

    private static void Check(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new InvalidOperationException(otherwise);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Block* At(int number) => (Block*)_arena.Pointer(_blocks[number]);

    /// <summary>Numbers that are not in use form a list through the table, marked by the lowest bit, which no reference of a block has.</summary>
    private bool IsUsed(int number) => _blocks[number] != 0 && (_blocks[number] & 1) == 0;

    private void Put(Block* block, int number, int cell, uint reference)
    {
        block->Cells[cell] = reference;
        _arena.Entry(reference).Position = (uint)((number << CellBits) | cell);
    }

    private bool TryAddBlock(int queue, out int number)
    {
        number = 0;
        if (!_arena.TryAllocate(_blockClass, out var reference))
        {
            return false;
        }

        if (_freeNumbers != 0)
        {
            number = _freeNumbers;
            _freeNumbers = (int)(_blocks[number] >> 1);
        }
        else
        {
            number = ++_highest;
            if (number == _blocks.Length)
            {
                Array.Resize(ref _blocks, _blocks.Length * 2);
            }
        }

        _blocks[number] = reference;
        _blockCount++;
        var block = At(number);
        *block = new Block { Queue = (byte)queue, Previous = _last[queue] };
        if (_last[queue] != 0)
        {
            At(_last[queue])->Next = number;
        }
        else
        {
            _first[queue] = number;
        }

        _last[queue] = number;
        return true;
    }

    private void RemoveBlock(int number)
    {
        var block = At(number);
        if (block->Previous != 0)
        {
            At(block->Previous)->Next = block->Next;
        }
        else
        {
            _first[block->Queue] = block->Next;
        }

        if (block->Next != 0)
        {
            At(block->Next)->Previous = block->Previous;
        }
        else
        {
            _last[block->Queue] = block->Previous;
        }

        _arena.Free(_blocks[number]);
        _blocks[number] = ((uint)_freeNumbers << 1) | 1;
        _freeNumbers = number;
        _blockCount--;
    }

    /// <summary>Joins the block under the cursor with its successor if both fit into one, else moves the cursor on.</summary>
    private void Join()
    {
        if (_cursor == 0 || _cursor > _highest || !IsUsed(_cursor))
        {
            _cursor = _cursor >= _highest ? 1 : _cursor + 1;
            return;
        }

        var block = At(_cursor);
        var next = block->Next;
        if (next == 0 || next == _last[block->Queue] || block->Live + At(next)->Live > CellsPerBlock)
        {
            _cursor = _cursor >= _highest ? 1 : _cursor + 1;
            return;
        }

        var kept = 0;
        for (var cell = 0; cell < block->End; cell++)
        {
            if (block->Cells[cell] != 0)
            {
                Put(block, _cursor, kept++, block->Cells[cell]);
            }
        }

        var emptied = At(next);
        for (var cell = 0; cell < emptied->End; cell++)
        {
            if (emptied->Cells[cell] != 0)
            {
                Put(block, _cursor, kept++, emptied->Cells[cell]);
            }
        }

        block->Start = 0;
        block->End = (byte)CellsPerBlock;
        block->Live = (byte)kept;
        for (var cell = kept; cell < CellsPerBlock; cell++)
        {
            block->Cells[cell] = 0;
        }

        RemoveBlock(next);
    }

    /// <summary>256 bytes: links by number, the first cell that may be used, the cell behind the last, the cells in use.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 256)]
    private struct Block
    {
        public int Next;
        public int Previous;
        public byte Queue;
        public byte Start;
        public byte End;
        public byte Live;
        public fixed uint Cells[CellsPerBlock];
    }
}
