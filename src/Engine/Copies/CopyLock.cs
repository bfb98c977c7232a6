using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Orleans.Cache.Engine.Copies;

/// <summary>
/// A lock of four bytes for sections that mostly last a microsecond, and sometimes as long as a large value is copied: who waits that long
/// sleeps. Not re-entrant, not fair. A mutable struct: keep it in a field that is not readonly, and never copy it.
/// </summary>
internal struct CopyLock
{
    private int _taken;

    /// <summary>Enters; the scope leaves when it is disposed of.</summary>
    [UnscopedRef]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Scope Enter()
    {
        if (Interlocked.CompareExchange(ref _taken, 1, 0) != 0)
        {
            Wait();
        }

        return new Scope(ref _taken);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Wait()
    {
        var spin = default(SpinWait);
        do
        {
            spin.SpinOnce();
        }
        while (Volatile.Read(ref _taken) != 0 || Interlocked.CompareExchange(ref _taken, 1, 0) != 0);
    }

    /// <summary>A section under the lock.</summary>
    public readonly ref struct Scope(ref int taken)
    {
        private readonly ref int _taken = ref taken;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Dispose() => Volatile.Write(ref _taken, 0);
    }
}
