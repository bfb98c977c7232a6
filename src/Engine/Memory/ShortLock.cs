using System.Runtime.CompilerServices;

namespace Orleans.Cache.Engine.Memory;

/// <summary>
/// A lock of four bytes for sections well under a microsecond. Not re-entrant, not fair. A mutable struct: keep it in a field that is not
/// readonly, and never copy it.
/// </summary>
internal struct ShortLock
{
    private int _taken;

    /// <summary>Whether somebody holds the lock; for assertions.</summary>
    public readonly bool IsTaken => Volatile.Read(in _taken) != 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryEnter() => Interlocked.CompareExchange(ref _taken, 1, 0) == 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Enter()
    {
        if (!TryEnter())
        {
            Wait();
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Exit() => Volatile.Write(ref _taken, 0);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Wait()
    {
        // SpinWait gives the processor away after a few rounds: the holder may have been preempted. It must not sleep: that is a millisecond.
        var spin = default(SpinWait);
        do
        {
            spin.SpinOnce(sleep1Threshold: -1);
        }
        while (Volatile.Read(ref _taken) != 0 || !TryEnter());
    }
}
