using Orleans.Cache.Engine.Index;
using Orleans.Cache.Engine.Memory;

namespace Orleans.Cache.Engine.Eviction;

/// <summary>
/// <c>wtinylfu</c>: a window for what is new, and behind it a main part into which only those come that were seen more often than whom they
/// would push out (Einziger, Friedman and Manes, "TinyLFU: a highly efficient cache admission policy", ACM TOS 2017).
/// </summary>
/// <remarks>
/// 1. New entries go to the window, an LRU list. 2. Who falls out of the window competes with the head of the probation list: the one that the
/// sketch saw less often leaves, at a tie the newcomer; a newcomer seen more than five times gets in once in 128 times even so, because
/// keys may be chosen to look popular. 3. Used in probation, an entry moves to the protected list, which holds four fifths of the main part; who
/// falls out of that goes back to probation. 4. <see cref="WindowBalance"/> sets the window.
/// </remarks>
internal sealed class WindowTinyLfuPolicy(CacheArena arena, KeyHash hash) : QueuePolicy(arena, queues: 3)
{
    private const int Window = 0;
    private const int Probation = 1;
    private const int Protected = 2;
    private const double ProtectedPart = 0.8;
    private const int WarmCount = 5;
    private const int LuckyMask = 127;
    private const int MovesPerVictim = 16;

    private readonly FrequencySketch _sketch = new(arena);
    private readonly WindowBalance _balance = new(arena);
    private ulong _luck = 0x9E3779B97F4A7C15;

    /// <inheritdoc/>
    public override bool FollowsUses => true;

    /// <inheritdoc/>
    public override long ManagedBytes => base.ManagedBytes + _sketch.ManagedBytes + _balance.ManagedBytes;

    private long WindowTarget => Math.Max(1, (long)(Count * _balance.Window));

    /// <inheritdoc/>
    public override bool TryAdd(uint reference, ulong hash)
    {
        if (!Queues.TryAppend(Window, reference))
        {
            return false;
        }

        _sketch.See(hash, Count);
        _balance.Came(hash, Count);
        return true;
    }

    /// <inheritdoc/>
    public override void Use(uint reference, ulong hash)
    {
        _sketch.See(hash, Count);
        var queue = Queues.QueueOf(Arena.Entry(reference));
        Queues.MoveToEnd(queue == Window ? Window : Protected, reference);
        var most = (long)((Count - WindowTarget) * ProtectedPart);
        if (Queues.CountOf(Protected) > most && Queues.TryPeek(Protected, out var demoted))
        {
            Queues.MoveToEnd(Probation, demoted);
        }
    }

    /// <inheritdoc/>
    public override bool TryChooseVictim(out uint reference)
    {
        FitWindow();
        if (Queues.CountOf(Window) < WindowTarget || !Queues.TryPeek(Window, out var candidate))
        {
            return Queues.TryPeek(Probation, out reference) || Queues.TryPeek(Protected, out reference) || Queues.TryPeek(Window, out reference);
        }

        if (!Queues.TryPeek(Probation, out reference) && !Queues.TryPeek(Protected, out reference))
        {
            reference = candidate;
            return true;
        }

        if (IsAdmitted(candidate, reference))
        {
            Queues.MoveToEnd(Probation, candidate);
        }
        else
        {
            reference = candidate;
        }

        return true;
    }

    /// <inheritdoc/>
    public override void Remove(uint reference, ulong hash, bool evicted)
    {
        if (evicted && Queues.QueueOf(Arena.Entry(reference)) == Window)
        {
            _balance.TurnedAway(hash, Count);
        }
        else if (evicted)
        {
            _balance.PushedOut(hash, Count);
        }

        base.Remove(reference, hash, evicted);
    }

    /// <inheritdoc/>
    public override void Forget()
    {
        _sketch.Clear();
        _balance.Clear();
    }

    private bool IsAdmitted(uint candidate, uint victim)
    {
        var candidateCount = _sketch.CountOf(HashOf(candidate));
        var victimCount = _sketch.CountOf(HashOf(victim));
        if (candidateCount > victimCount)
        {
            return true;
        }

        _luck ^= _luck << 13;
        _luck ^= _luck >> 7;
        _luck ^= _luck << 17;
        return candidateCount > WarmCount && (_luck & LuckyMask) == 0;
    }

    private ulong HashOf(uint reference) => hash.Of(Arena.Entry(reference).Key);

    /// <summary>Follows the balance: a few entries at a time change between window and probation.</summary>
    private void FitWindow()
    {
        var target = WindowTarget;
        for (var move = 0; move < MovesPerVictim; move++)
        {
            if (Queues.CountOf(Window) > target && Queues.TryPeek(Window, out var leaving))
            {
                Queues.MoveToEnd(Probation, leaving);
            }
            else if (Queues.CountOf(Window) + 1 < target && Queues.TryPeek(Probation, out var entering))
            {
                Queues.MoveToEnd(Window, entering);
            }
            else
            {
                return;
            }
        }
    }
}
