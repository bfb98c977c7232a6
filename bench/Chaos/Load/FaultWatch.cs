using System.Collections.Concurrent;

namespace Orleans.Cache.Chaos.Load;

/// <summary>A fault in force: whom it concerns, and when which key was first served again. Safe for any number of threads.</summary>
/// <param name="name">The fault's name.</param>
/// <param name="began">When it began.</param>
/// <param name="silos">The silos at fault.</param>
/// <param name="affected">Whether a slot's owner was one of them before.</param>
internal sealed class FaultWatch(string name, TimeSpan began, IReadOnlySet<string> silos, Func<Slot, bool> affected)
{
    private readonly ConcurrentDictionary<Item, TimeSpan> _reads = new();
    private readonly ConcurrentDictionary<Item, TimeSpan> _writes = new();
    private readonly ConcurrentDictionary<Item, TimeSpan> _readOutages = new();
    private readonly ConcurrentDictionary<Item, TimeSpan> _writeOutages = new();

    public string Name => name;

    /// <summary>From the fault to the end of the first good read that began after it, of each affected key.</summary>
    public IReadOnlyCollection<TimeSpan> Reads => [.. _reads.Values];

    /// <inheritdoc cref="Reads"/>
    public IReadOnlyCollection<TimeSpan> Writes => [.. _writes.Values];

    /// <summary>
    /// The longest that each affected key was not read while the fault was in force: from the begin of the first call that failed, or was slow, to the
    /// end of the good one.
    /// </summary>
    public IReadOnlyCollection<TimeSpan> ReadOutages => [.. _readOutages.Values];

    /// <summary>As <see cref="ReadOutages"/>, of writes.</summary>
    public IReadOnlyCollection<TimeSpan> WriteOutages => [.. _writeOutages.Values];

    public bool Affects(Item item) => affected(item.Slot);

    public bool Concerns(string silo) => silos.Contains(silo);

    public bool HasRead(Item item) => _reads.ContainsKey(item);

    /// <summary>A read has gone well, by which one waiting since an earlier try has ended.</summary>
    public void Read(Item item, TimeSpan waitingSince, TimeSpan from, TimeSpan to) => Note(_reads, _readOutages, item, waitingSince, from, to);

    /// <summary>A write has gone well.</summary>
    /// <inheritdoc cref="Read"/>
    public void Wrote(Item item, TimeSpan waitingSince, TimeSpan from, TimeSpan to) => Note(_writes, _writeOutages, item, waitingSince, from, to);

    private void Note(
        ConcurrentDictionary<Item, TimeSpan> first, ConcurrentDictionary<Item, TimeSpan> outages, Item item, TimeSpan waitingSince, TimeSpan from, TimeSpan to)
    {
        if (!Affects(item))
        {
            return;
        }

        if (from >= began)
        {
            first.TryAdd(item, to - began);
        }

        outages.AddOrUpdate(item, to - waitingSince, (_, longest) => longest > to - waitingSince ? longest : to - waitingSince);
    }
}
