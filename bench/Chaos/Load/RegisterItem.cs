using Orleans.Cache.Chaos.Histories;

namespace Orleans.Cache.Chaos.Load;

/// <summary>
/// Strictly rising numbers under a key, some items with removals between. After a write of unknown outcome the item goes on under another key of
/// the same slot; the former stays as it is, and is read on.
/// </summary>
internal sealed class RegisterItem : Item
{
    private readonly Lock _lock = new();
    private readonly List<KeyHistory> _generations = [];
    private readonly int _valueBytes;
    private readonly int _removeEvery;
    private readonly bool _mayVanish;
    private readonly TimeSpan _bound;

    public RegisterItem(Record record, string tag, int valueBytes, int removeEvery, bool mayVanish, TimeSpan bound)
        : base(record, tag)
    {
        _valueBytes = valueBytes;
        _removeEvery = removeEvery;
        _mayVanish = mayVanish;
        _bound = bound;
        AddGeneration();
    }

    private KeyHistory Current
    {
        get
        {
            lock (_lock)
            {
                return _generations[^1];
            }
        }
    }

    public override async Task<bool> WriteAsync(IStore store)
    {
        var history = Current;
        if (history.IsOpen)
        {
            history = AddGeneration();
        }

        var number = history.BeginWrite();
        try
        {
            if (history.IsRemoval(number))
            {
                await store.RemoveAsync(history.Key);
            }
            else
            {
                await store.SetAsync(history.Key, Payload.Of(history.Key, number, _valueBytes), timeToLive: null);
            }
        }
        catch (Exception error) when (IsNotDone(error))
        {
            history.Refuse(number);
            throw;
        }
        catch
        {
            history.LeaveOpen();
            throw;
        }

        history.Acknowledge(number, Record.Now);
        Record.CountWrite();
        return true;
    }

    public override async Task<bool> ReadAsync(IStore store, string reader)
    {
        var history = ChooseGeneration();
        var start = history.BeginRead(Record.Now);
        return Judge(history.Key, reader, await ReadAsync(store, history, start));
    }

    public override async Task CheckAsync(IStore store)
    {
        KeyHistory[] generations;
        lock (_lock)
        {
            generations = [.. _generations];
        }

        foreach (var history in generations)
        {
            if (JudgeLast(history.Key, await ReadAsync(store, history, history.BeginRead(Record.Now))))
            {
                history.ForgetPast();
            }
        }
    }

    private async Task<(ViolationKind Kind, string Seen)?> ReadAsync(IStore store, KeyHistory history, ReadStart start)
    {
        if (await store.GetAsync(history.Key) is not { } value)
        {
            return history.EndRead(start, number: null);
        }

        if (Payload.NumberOf(history.Key, value.Span) is not { } number)
        {
            return (ViolationKind.Corrupt, $"{value.Length} bytes: {Convert.ToHexString(value.Span[..Math.Min(32, value.Length)])}");
        }

        Record.NoteBehind(history.BehindOf(start, number));
        return history.EndRead(start, number);
    }

    // Mostly the current one.
    private KeyHistory ChooseGeneration()
    {
        lock (_lock)
        {
            return _generations.Count == 1 || Random.Shared.Next(4) > 0 ? _generations[^1] : _generations[Random.Shared.Next(_generations.Count)];
        }
    }

    private KeyHistory AddGeneration()
    {
        lock (_lock)
        {
            var history = new KeyHistory(KeyOf(_generations.Count), _removeEvery, _mayVanish, _bound);
            _generations.Add(history);
            return history;
        }
    }
}
