using Orleans.Cache.Engine.Memory;

namespace Orleans.Cache.Engine.Eviction;

/// <summary><c>random</c>: any entry goes, each with the same probability.</summary>
/// <remarks>Draws cells of the queue until one holds an entry; at least every fourth does, or nearly, because sparse blocks are joined.</remarks>
internal sealed class RandomPolicy(CacheArena arena) : QueuePolicy(arena, queues: 1)
{
    private const int Draws = 256;

    private ulong _state = 0x9E3779B97F4A7C15;

    /// <inheritdoc/>
    public override bool TryAdd(uint reference, ulong hash)
    {
        // Where entries go is nobody's to foresee, since hashes are seeded.
        _state ^= hash;
        return Queues.TryAppend(0, reference);
    }

    /// <inheritdoc/>
    public override bool TryChooseVictim(out uint reference)
    {
        for (var draw = 0; draw < Draws; draw++)
        {
            reference = Queues.AtRandom(Next());
            if (reference != 0)
            {
                return true;
            }
        }

        return Queues.TryPeek(0, out reference);
    }

    /// <summary>SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).</summary>
    private ulong Next()
    {
        _state += 0x9E3779B97F4A7C15;
        var mixed = (_state ^ (_state >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return mixed ^ (mixed >> 31);
    }
}
