using Orleans.Cache.Chaos.Histories;

namespace Orleans.Cache.Chaos.Load;

/// <summary>A key that is set with a time to live, and set again some time after that is over.</summary>
internal sealed class ExpiryItem : Item
{
    private static readonly TimeSpan TimeToLive = TimeSpan.FromSeconds(4);

    private readonly int _valueBytes;
    private readonly bool _mayVanish;
    private volatile ExpiryHistory _history;
    private int _generation;

    public ExpiryItem(Record record, string tag, int valueBytes, bool mayVanish)
        : base(record, tag)
    {
        _valueBytes = valueBytes;
        _mayVanish = mayVanish;
        _history = NewHistory();
    }

    public override async Task<bool> WriteAsync(IStore store)
    {
        if (_history.IsOpen)
        {
            _history = NewHistory();
        }

        var history = _history;
        if (!history.IsOver(Record.Now))
        {
            return false;
        }

        var number = history.BeginWrite(Record.Now);
        try
        {
            await store.SetAsync(history.Key, Payload.Of(history.Key, number, _valueBytes), history.TimeToLive);
        }
        catch (Exception error) when (!IsNotDone(error))
        {
            history.LeaveOpen();
            throw;
        }

        history.Acknowledge(Record.Now);
        Record.CountWrite();
        return true;
    }

    public override async Task<bool> ReadAsync(IStore store, string reader)
    {
        var history = _history;
        var number = history.BeginRead();
        var from = Record.Now;
        var found = await store.GetAsync(history.Key) is not null;
        return Judge(history.Key, reader, history.EndRead(number, from, Record.Now, found));
    }

    // What is gone early is seen by the readers; nothing of it is kept to be checked at the end.
    public override Task CheckAsync(IStore store)
    {
        _history.ForgetPast();
        return Task.CompletedTask;
    }

    private ExpiryHistory NewHistory() => new(KeyOf(_generation++), TimeToLive, _mayVanish);
}
