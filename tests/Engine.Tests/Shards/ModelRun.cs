using System.Globalization;
using System.Text;
using Orleans.Cache.Engine.Batches;
using Orleans.Cache.Engine.Shards;
using Orleans.Cache.TestKit;

namespace Orleans.Cache.Engine.Tests.Shards;

/// <summary>
/// Lets a host and the <see cref="ModelCache"/> execute the same random operations and stops at the first difference. Everything follows
/// from the seed, which the failure names.
/// </summary>
internal sealed class ModelRun : IDisposable
{
    private const int LongestValue = 300;
    private const int LargeValue = 90_000;

    private readonly int _seed;
    private readonly Random _random;
    private readonly ManualTimeProvider _time = new();
    private readonly HostDriver _driver;
    private readonly ModelCache _model;
    private readonly int _keys;
    private readonly byte[] _bytes = new byte[LargeValue];
    private readonly List<string> _names = [];
    private readonly List<byte[]> _written = [];
    private readonly List<ShardOperation> _operations = [];
    private long _steps;

    public ModelRun(int seed, int keys, CacheOptions? options = null, int partitions = 8)
    {
        _seed = seed;
        _random = new Random(seed);
        _random.NextBytes(_bytes);
        _keys = keys;
        options ??= new CacheOptions();
        Host = TestHosts.Create(_time, options, partitions);
        _driver = new HostDriver(Host);
        _model = new ModelCache(options, Milliseconds);
    }

    public ShardHost Host { get; }

    private long Milliseconds => _time.GetTimestamp() / TimeSpan.TicksPerMillisecond;

    /// <summary>Executes so many operations, in batches of 1 to 40.</summary>
    /// <exception cref="InvalidOperationException">Engine and model differ, or the engine contradicts itself.</exception>
    public void Run(long operations)
    {
        for (var end = _steps + operations; _steps < end;)
        {
            Batch(_random.Next(4) == 0 ? 1 + _random.Next(40) : 1);
            Pass();
        }
    }

    /// <summary>Checks the engine's own structures.</summary>
    public void Validate()
    {
        try
        {
            Host.Validate();
        }
        catch (InvalidOperationException exception)
        {
            throw new InvalidOperationException($"seed {_seed}, step {_steps}: {exception.Message}", exception);
        }
    }

    public void Dispose()
    {
        _driver.Dispose();
        Host.Dispose();
    }

    private void Batch(int count)
    {
        _driver.Begin();
        _names.Clear();
        _written.Clear();
        _operations.Clear();
        for (var index = 0; index < count; index++)
        {
            var key = KeyOf(_random.Next(_keys));
            var operation = Draw(out var value);
            _names.Add(key);
            _written.Add(value);
            _operations.Add(operation);
            _driver.Add(operation, Encoding.UTF8.GetBytes(key), value);
        }

        _driver.Execute();
        for (var index = 0; index < count; index++, _steps++)
        {
            ref readonly var result = ref _driver.Results[index];
            var read = _operations[index].Kind == OperationKind.Get ? _driver.ValueOf(index) : default;
            var wrong = _model.Check(_operations[index], _names[index], _written[index], Milliseconds, result, read);
            if (wrong is not null)
            {
                throw new InvalidOperationException($"seed {_seed}, step {_steps}, {_operations[index].Kind} '{_names[index]}': {wrong}");
            }
        }
    }

    private string KeyOf(int number) =>
        number % 50 == 7 ? new string('k', 300) + number.ToString(CultureInfo.InvariantCulture) : $"key-{number}";

    private ShardOperation Draw(out byte[] value)
    {
        value = [];
        var operation = new ShardOperation { TimeToLive = DrawDuration(), SlidingExpiration = _random.Next(5) == 0 ? DrawDuration() : 0 };
        switch (_random.Next(20))
        {
            case < 8:
                operation.Kind = OperationKind.Get;
                break;
            case < 14:
                operation.Kind = OperationKind.Set;
                operation.Condition = (byte)(_random.Next(3) == 0 ? _random.Next(4) : 0);
                operation.Argument = _random.Next(3);
                value = DrawValue();
                break;
            case < 16:
                operation.Kind = OperationKind.Remove;
                break;
            case < 17:
                operation.Kind = OperationKind.Touch;
                break;
            case < 19:
                operation.Kind = OperationKind.Increment;
                operation.Argument = _random.Next(10) == 0 ? long.MaxValue : _random.Next(-100, 100);
                break;
            default:
                operation.Kind = OperationKind.Peek;
                break;
        }

        return operation;
    }

    private long DrawDuration() => _random.Next(6) switch
    {
        0 => 1 + _random.Next(50),
        1 => 1 + _random.Next(5_000),
        2 => 1 + _random.Next(10_000_000),
        3 => ShardOperation.Forever,
        _ => 0,
    };

    private byte[] DrawValue() => _random.Next(40) switch
    {
        0 => [],
        1 => "17"u8.ToArray(),
        2 => "-9223372036854775808"u8.ToArray(),
        3 => _bytes[..(70_000 + _random.Next(20_000))],
        4 => _bytes[..(300 + _random.Next(5_000))],
        _ => _bytes[..(1 + _random.Next(LongestValue))],
    };

    /// <summary>Lets time pass, or not; the wall clock may jump either way, which nothing but versions may notice.</summary>
    private void Pass()
    {
        switch (_random.Next(200))
        {
            case < 60:
                _time.Advance(TimeSpan.FromMilliseconds(_random.Next(20)));
                break;
            case 60:
                _time.Advance(TimeSpan.FromMilliseconds(_random.Next(20_000_000)));
                break;
            case 61:
                _time.JumpWallClock(TimeSpan.FromHours(_random.Next(-1, 2)));
                break;
            case 62:
                Host.Sweep();
                _model.Sweep(Milliseconds);
                break;
        }
    }
}
