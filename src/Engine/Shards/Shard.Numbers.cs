using System.Buffers.Text;
using Orleans.Cache.Engine.Batches;

namespace Orleans.Cache.Engine.Shards;

/// <content>Values that are numbers.</content>
internal sealed partial class Shard
{
    private const int MaxNumberLength = 20;

    private bool TryIncrementLocked(
        ReadOnlySpan<byte> key, in ShardOperation operation, scoped ReadOnlySpan<byte> tags, uint existing, bool isAbsent, ulong hash, ref BatchMoment moment, ref ShardResult result, ref OperationProgress progress)
    {
        long number = 0;
        if (!isAbsent && !TryParse(_entries[existing].Value, out number))
        {
            result.Status = OperationStatus.NotANumber;
            return true;
        }

        var sum = unchecked(number + operation.Argument);
        if (((number ^ sum) & (operation.Argument ^ sum)) < 0)
        {
            result.Status = OperationStatus.Overflow;
            return true;
        }

        Span<byte> text = stackalloc byte[MaxNumberLength];
        Utf8Formatter.TryFormat(sum, text, out var length);
        var times = isAbsent ? store.TimesOf(operation, moment.Now, hash + (ulong)_state.LastVersion) : _entries[existing].Times;
        Span<byte> kept = stackalloc byte[TagSection.MostBytes];
        if (!isAbsent)
        {
            // They stand where the entry is written over.
            var known = _entries[existing].Tags;
            known.CopyTo(kept);
            tags = kept[..known.Length];
        }

        if (!TryWriteLocked(key, text[..length], tags, times, existing, hash, ref moment, ref result, ref progress))
        {
            return false;
        }

        if (result.Status == OperationStatus.Done)
        {
            result.Number = sum;
        }

        return true;
    }

    private static bool TryParse(ReadOnlySpan<byte> text, out long number) => Utf8Parser.TryParse(text, out number, out var read) && read == text.Length;
}
