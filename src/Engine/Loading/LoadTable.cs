using System.Diagnostics.CodeAnalysis;
using Orleans.Cache.Engine.Index;

namespace Orleans.Cache.Engine.Loading;

/// <summary>
/// Who loads which entries of one cache from a source: a lease for each key that is being loaded, kept by the silo that owns the key, in its memory
/// and nowhere else. Safe for any number of threads; its lock is taken under those of shards, and takes none.
/// </summary>
/// <remarks>
/// A token is good for one set, and only while nobody else was given the lease and nobody else wrote to the key. Where the partition moves the new
/// owner knows of no lease: the set of the old holder is refused, and the next asker loads again.
/// </remarks>
internal sealed class LoadTable
{
    /// <summary>Stands for no lease.</summary>
    public const long NoToken = 0;

    /// <summary>The most leases. At a few hundred bytes each they take no memory that matters.</summary>
    public const int MostLeases = 65_536;

    /// <summary>The most that wait for one key: processes, of which each asks once at a time.</summary>
    public const int MostWaitersOfKey = 1_024;

    /// <summary>The most that wait for any key.</summary>
    public const int MostWaiters = 65_536;

    private readonly Lock _lock = new();
    private readonly Dictionary<byte[], LoadLease> _leases;
    private readonly Dictionary<byte[], LoadLease>.AlternateLookup<ReadOnlySpan<byte>> _byKey;
    private readonly int _mostLeases;
    private long _lastToken = Random.Shared.NextInt64(1, long.MaxValue >> 1);
    private long _fullUntil = long.MinValue;
    private int _waiters;
    private int _count;

    public LoadTable(KeyHash hash, int mostLeases = MostLeases)
    {
        _leases = new Dictionary<byte[], LoadLease>(new KeyComparer(hash));
        _byKey = _leases.GetAlternateLookup<ReadOnlySpan<byte>>();
        _mostLeases = mostLeases;
    }

    /// <summary>How many leases there are, those included whose time is over and whom nobody has asked for since.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Asks for the lease of a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="now">By the clock's timestamps.</param>
    /// <param name="until">When the lease is over if it is granted.</param>
    public LoadClaim Claim(ReadOnlySpan<byte> key, long now, long until)
    {
        lock (_lock)
        {
            if (!_byKey.TryGetValue(key, out var lease))
            {
                if (_leases.Count >= _mostLeases && !TryForgetLocked(now))
                {
                    return new LoadClaim(LoadClaimOutcome.Full);
                }

                lease = new LoadLease(key.ToArray());
                _leases.Add(lease.Key, lease);
                Volatile.Write(ref _count, _leases.Count);
            }
            else if (lease.Until > now)
            {
                if (lease.Waiters >= MostWaitersOfKey || _waiters >= MostWaiters)
                {
                    return new LoadClaim(LoadClaimOutcome.Held);
                }

                lease.Waiters++;
                _waiters++;
                return new LoadClaim(LoadClaimOutcome.Held, NoToken, lease, lease.Changed.Task, lease.Until);
            }

            lease.Token = ++_lastToken;
            lease.Until = until;
            lease.IsSpoiled = false;
            return new LoadClaim(LoadClaimOutcome.Granted, lease.Token);
        }
    }

    /// <summary>Ends a wait.</summary>
    public void Leave(LoadLease lease)
    {
        lock (_lock)
        {
            lease.Waiters--;
            _waiters--;
        }
    }

    /// <summary>Lets a holder keep its lease for longer.</summary>
    /// <returns>Whether it has it still.</returns>
    public bool Renew(ReadOnlySpan<byte> key, long token, long until)
    {
        lock (_lock)
        {
            if (!TryFindLocked(key, token, out var lease))
            {
                return false;
            }

            lease.Until = until;
            return true;
        }
    }

    /// <summary>Whether a holder's set may be done.</summary>
    public bool Holds(ReadOnlySpan<byte> key, long token)
    {
        lock (_lock)
        {
            return TryFindLocked(key, token, out var lease) && !lease.IsSpoiled;
        }
    }

    /// <summary>A holder's set was done, or it gives up: the next who asks has the lease. Of a token that is not good any more nothing happens.</summary>
    public void End(ReadOnlySpan<byte> key, long token)
    {
        lock (_lock)
        {
            if (TryFindLocked(key, token, out var lease))
            {
                ForgetLocked(lease);
            }
        }
    }

    /// <summary>Somebody else wrote to a key: what is being loaded for it may be older.</summary>
    public void Spoil(ReadOnlySpan<byte> key)
    {
        // A load that begins this moment asks its source after the write.
        if (Count == 0)
        {
            return;
        }

        lock (_lock)
        {
            if (_byKey.TryGetValue(key, out var lease))
            {
                SpoilLocked(lease);
            }
        }
    }

    /// <summary>Entries were removed by their tags: whatever is being loaded may have one of them, and be older.</summary>
    public void SpoilAll()
    {
        if (Count == 0)
        {
            return;
        }

        lock (_lock)
        {
            foreach (var lease in _leases.Values)
            {
                SpoilLocked(lease);
            }
        }
    }

    private static void SpoilLocked(LoadLease lease)
    {
        if (!lease.IsSpoiled)
        {
            lease.IsSpoiled = true;
            lease.Changed.SetResult();
            lease.Changed = LoadLease.NewSignal();
        }
    }

    private bool TryFindLocked(ReadOnlySpan<byte> key, long token, [NotNullWhen(true)] out LoadLease? lease) =>
        _byKey.TryGetValue(key, out lease) && token != NoToken && lease.Token == token;

    private bool TryForgetLocked(long now)
    {
        if (now < _fullUntil)
        {
            return false;
        }

        // Looked through at most as often as one of them can be over.
        _fullUntil = long.MaxValue;
        foreach (var lease in _leases.Values)
        {
            if (lease.Until <= now)
            {
                ForgetLocked(lease);
            }
            else
            {
                _fullUntil = Math.Min(_fullUntil, lease.Until);
            }
        }

        return _leases.Count < _mostLeases;
    }

    private void ForgetLocked(LoadLease lease)
    {
        _leases.Remove(lease.Key);
        Volatile.Write(ref _count, _leases.Count);
        lease.Changed.SetResult();
    }

    private sealed class KeyComparer(KeyHash hash) : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(byte[] obj) => (int)hash.Of(obj);

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public int GetHashCode(ReadOnlySpan<byte> alternate) => (int)hash.Of(alternate);

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
    }
}
