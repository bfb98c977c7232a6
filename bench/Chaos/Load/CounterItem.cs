using System.Globalization;
using System.Text;
using Orleans.Cache.Chaos.Histories;

namespace Orleans.Cache.Chaos.Load;

/// <summary>A counter.</summary>
internal sealed class CounterItem(Record record, string tag, TimeSpan bound) : Item(record, tag)
{
    private const string Writer = "its writer";

    private readonly CounterHistory _history = new($"{{{tag}}}:count", bound);

    public override async Task<bool> WriteAsync(IStore store)
    {
        _history.BeginWrite();
        long result;
        try
        {
            result = await store.IncrementAsync(_history.Key);
        }
        catch (Exception error) when (IsNotDone(error))
        {
            _history.Refuse();
            throw;
        }

        if (_history.Acknowledge(result, Record.Now) is { } wrong)
        {
            Record.Add(wrong.Kind, _history.Key, Writer, wrong.Seen);
        }

        Record.CountWrite();
        return true;
    }

    public override async Task<bool> ReadAsync(IStore store, string reader) => Judge(_history.Key, reader, await ReadAsync(store));

    public override async Task CheckAsync(IStore store)
    {
        if (JudgeLast(_history.Key, await ReadAsync(store)))
        {
            _history.ForgetPast();
        }
    }

    private async Task<(ViolationKind Kind, string Seen)?> ReadAsync(IStore store)
    {
        var least = _history.BeginRead(Record.Now);
        if (await store.GetAsync(_history.Key) is not { } value)
        {
            return _history.EndRead(least, count: null);
        }

        return long.TryParse(Encoding.UTF8.GetString(value.Span), CultureInfo.InvariantCulture, out var count)
            ? _history.EndRead(least, count)
            : (ViolationKind.Corrupt, $"'{Encoding.UTF8.GetString(value.Span)}' is no number");
    }
}
