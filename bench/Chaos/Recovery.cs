using Orleans.Cache.Chaos.Load;

namespace Orleans.Cache.Chaos;

/// <summary>How soon keys were served again whose owner a fault befell.</summary>
/// <param name="Fault">The kind of fault.</param>
/// <param name="Times">How often it was done.</param>
/// <param name="Reads">From the fault to the end of the first good read that began after it.</param>
/// <param name="Writes">The same of writes.</param>
/// <param name="ReadOutages">The longest that a key could not be read, at any time until the grid was whole again.</param>
/// <param name="WriteOutages">The same of writes.</param>
internal sealed record Recovery(
    string Fault, int Times, RecoveryTimes Reads, RecoveryTimes Writes, RecoveryTimes ReadOutages, RecoveryTimes WriteOutages)
{
    /// <summary>Sums up the faults of each kind.</summary>
    public static IReadOnlyList<Recovery> Of(IEnumerable<FaultWatch> watches) =>
    [
        .. watches.GroupBy(static watch => watch.Name).Select(static kind => new Recovery(
            kind.Key,
            kind.Count(),
            RecoveryTimes.Of(kind.SelectMany(static watch => watch.Reads)),
            RecoveryTimes.Of(kind.SelectMany(static watch => watch.Writes)),
            RecoveryTimes.Of(kind.SelectMany(static watch => watch.ReadOutages)),
            RecoveryTimes.Of(kind.SelectMany(static watch => watch.WriteOutages)))),
    ];
}
