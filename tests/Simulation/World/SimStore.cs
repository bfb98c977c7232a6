using Orleans.Cache.Engine.Replication;
using Orleans.Cache.Simulation.Planted;

namespace Orleans.Cache.Simulation.World;

/// <summary>The simplest entry store. Versions come from the node's wall clock, which jumps, and never go back.</summary>
internal sealed class SimStore(int keys, Func<long> wallClock, Flaw flaw) : ISimStore
{
    private readonly SimEntry[] _entries = new SimEntry[keys];

    public long VersionFloor { get; private set; }

    public ReadOnlySpan<SimEntry> Entries => _entries;

    public CommandEffect Execute(SimCommand asked)
    {
        var found = _entries[asked.Key];
        var (holds, isPresent, value) = asked.Kind switch
        {
            CommandKind.Set => (true, true, asked.Value),
            CommandKind.SetIfAbsent => (!found.IsPresent, true, asked.Value),
            CommandKind.SetIfEqual => (found.IsPresent && found.Value == asked.Expected, true, asked.Value),
            CommandKind.Increment => (true, true, found.Value + asked.Value),
            CommandKind.Remove => (found.IsPresent, false, 0L),
            _ => (false, false, 0L),
        };
        if (!holds)
        {
            return Unchanged(asked.Key, found);
        }

        if (isPresent)
        {
            VersionFloor = Math.Max(VersionFloor + 1, wallClock());
        }

        var written = new SimEntry(asked.Key, isPresent, true, value, isPresent ? VersionFloor : 0);
        _entries[asked.Key] = written;
        var told = isPresent ? written : found with { Key = asked.Key, IsDone = true };
        return new CommandEffect { HasChanged = true, KeyHash = (ulong)asked.Key + 1, Change = written.ToBytes(), Result = told.ToBytes() };
    }

    public void Apply(ReadOnlyMemory<byte> change, long writtenAt)
    {
        var entry = SimEntry.From(change.Span);
        if (entry.IsPresent || flaw != Flaw.RemovalsNotShipped)
        {
            _entries[entry.Key] = entry;
            VersionFloor = Math.Max(VersionFloor, entry.Version);
        }
    }

    public void Scan(ref ulong cursor, int atMost, List<ReadOnlyMemory<byte>> changes)
    {
        for (var taken = 0; taken < atMost && cursor < (ulong)_entries.Length; cursor++)
        {
            if (_entries[cursor].IsPresent)
            {
                changes.Add(_entries[cursor].ToBytes());
                taken++;
            }
        }

        cursor = cursor == (ulong)_entries.Length ? 0 : cursor;
    }

    public ReadOnlyMemory<byte> Keep(ReadOnlyMemory<byte> change) => change;

    public void RaiseVersionFloor(long version) => VersionFloor = Math.Max(VersionFloor, version);

    /// <summary>Clears the entries. The floor stays: a copy that starts over gives no version again that it has seen.</summary>
    public void Clear() => Array.Clear(_entries);

    private static CommandEffect Unchanged(int key, SimEntry found) =>
        new() { HasChanged = false, KeyHash = (ulong)key + 1, Result = (found with { Key = key, IsDone = false }).ToBytes() };
}
