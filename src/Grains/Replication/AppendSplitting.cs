using Orleans.Cache.Engine.Replication.Format;
using Orleans.Cache.Engine.Replication.Messages;

namespace Orleans.Cache.Grains.Replication;

/// <summary>
/// Makes of records that are too large for one packet several messages, each of which the owner could have sent itself: copies count records,
/// not bytes, and Orleans refuses messages that are too large.
/// </summary>
internal static class AppendSplitting
{
    /// <summary>The parts in their order, each of at most so many bytes or one record.</summary>
    public static IEnumerable<Append> Split(Append append, long mostBytes)
    {
        var head = WireSizes.MostOf(append) - append.Records.Sum(static record => WireSizes.MostOf(record));
        var start = 0;
        while (start < append.Records.Length)
        {
            var end = start + 1;
            var bytes = head + WireSizes.MostOf(append.Records[start]);
            while (end < append.Records.Length && bytes + WireSizes.MostOf(append.Records[end]) <= mostBytes)
            {
                bytes += WireSizes.MostOf(append.Records[end]);
                end++;
            }

            yield return new Append
            {
                From = append.From,
                To = append.To,
                Epoch = append.Epoch,
                Configuration = append.Configuration,
                Previous = start == 0 ? append.Previous : append.Records[start - 1].Position,
                Records = append.Records[start..end],
                Commit = append.Commit,
                SentAt = append.SentAt,
                Echo = append.Echo,
            };
            start = end;
        }
    }
}
