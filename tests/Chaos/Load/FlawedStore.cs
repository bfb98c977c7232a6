using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Orleans.Cache.Chaos.Histories;
using Orleans.Cache.Chaos.Load;

namespace Orleans.Cache.Chaos.Tests.Load;

/// <summary>A store in memory that does one thing wrong, every so many times.</summary>
internal sealed class FlawedStore(Flaw flaw) : IStore
{
    private const int Every = 10;

    private readonly ConcurrentDictionary<string, byte[]> _values = new();
    private readonly ConcurrentDictionary<string, byte[]> _before = new();
    private int _chances;

    public void LoseEverything() => _values.Clear();

    public ValueTask SetAsync(string key, ReadOnlyMemory<byte> value, TimeSpan? timeToLive)
    {
        if (!Errs(Flaw.ForgetsSets))
        {
            if (_values.TryGetValue(key, out var before))
            {
                _before[key] = before;
            }

            _values[key] = value.ToArray();
        }

        return Errs(Flaw.DoesWhatItRefuses) ? throw new CacheUnavailableException("Not done, it says.") : ValueTask.CompletedTask;
    }

    public ValueTask<ReadOnlyMemory<byte>?> GetAsync(string key)
    {
        var value = _values.GetValueOrDefault(key);
        if (value is not null && Errs(Flaw.ReadsOld))
        {
            value = _before.GetValueOrDefault(key, value);
        }
        else if (Errs(Flaw.ReadsNothing))
        {
            value = null;
        }
        else if (Errs(Flaw.Invents))
        {
            value = Payload.Of(key, 1_000_000, 100);
        }
        else if (Errs(Flaw.MixesKeys))
        {
            value = Payload.Of("another", 1, 100);
        }

        return ValueTask.FromResult(value is null ? (ReadOnlyMemory<byte>?)null : value);
    }

    public ValueTask RemoveAsync(string key)
    {
        if (!Errs(Flaw.KeepsRemoved))
        {
            _values.TryRemove(key, out _);
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask<long> IncrementAsync(string key)
    {
        var by = Errs(Flaw.ForgetsIncrements) ? 0 : Errs(Flaw.IncrementsTwice) ? 2 : 1;
        var sum = NumberOf(key) + by;
        _values[key] = Encoding.UTF8.GetBytes(sum.ToString(CultureInfo.InvariantCulture));
        return ValueTask.FromResult(sum);
    }

    private long NumberOf(string key) =>
        _values.TryGetValue(key, out var value) ? long.Parse(Encoding.UTF8.GetString(value), CultureInfo.InvariantCulture) : 0;

    private bool Errs(Flaw kind) => kind == flaw && Interlocked.Increment(ref _chances) % Every == 0;
}
