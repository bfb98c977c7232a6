using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Orleans.Cache.Cli.Commands;

/// <summary>Durations as people type them: <c>500ms</c>, <c>30s</c>, <c>1h30m</c>.</summary>
internal static class Durations
{
    /// <summary>What an entry's time to live is called that has no end.</summary>
    public const string Never = "never";

    // Largest first, which is also the order in which the parts of a duration must stand.
    private static readonly (string Name, long Ticks)[] Units =
    [
        ("d", TimeSpan.TicksPerDay),
        ("h", TimeSpan.TicksPerHour),
        ("m", TimeSpan.TicksPerMinute),
        ("s", TimeSpan.TicksPerSecond),
        ("ms", TimeSpan.TicksPerMillisecond),
    ];

    /// <summary>Reads a time to live: a duration of at least 1 ms, or <c>never</c>, which gives <see cref="Timeout.InfiniteTimeSpan"/>.</summary>
    public static bool TryParseTimeToLive(string text, out TimeSpan duration, [NotNullWhen(false)] out string? error)
    {
        if (string.Equals(text, Never, StringComparison.OrdinalIgnoreCase))
        {
            duration = Timeout.InfiniteTimeSpan;
            error = null;
            return true;
        }

        if (!TryParse(text, out duration, out error))
        {
            return false;
        }

        if (duration == TimeSpan.Zero)
        {
            error = $"'{text}' is no time at all. Expected at least 1ms, or '{Never}' for an entry that does not expire.";
            return false;
        }

        return true;
    }

    /// <summary>Writes a duration so that it can be typed back, down to milliseconds: <c>1h30m</c>; below one of them <c>0ms</c>.</summary>
    public static string Format(TimeSpan duration)
    {
        if (duration == Timeout.InfiniteTimeSpan)
        {
            return Never;
        }

        var rest = duration.Ticks;
        var text = "";
        foreach (var (name, ticks) in Units)
        {
            if (rest >= ticks)
            {
                text += string.Create(CultureInfo.InvariantCulture, $"{rest / ticks}{name}");
                rest %= ticks;
            }
        }

        return text.Length == 0 ? "0ms" : text;
    }

    private static bool TryParse(string text, out TimeSpan duration, [NotNullWhen(false)] out string? error)
    {
        duration = default;
        error = null;
        var rest = text.AsSpan();
        var nextUnit = 0;
        var sum = Int128.Zero;
        do
        {
            var digits = rest.IndexOfAnyExceptInRange('0', '9');
            if (digits <= 0 || !Int128.TryParse(rest[..digits], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                return Fail(text, out error);
            }

            rest = rest[digits..];
            var letters = rest.IndexOfAnyInRange('0', '9') is var end && end < 0 ? rest.Length : end;
            var unit = FindUnit(rest[..letters], nextUnit);
            if (unit < 0)
            {
                return Fail(text, out error);
            }

            if (number > long.MaxValue || (sum += number * Units[unit].Ticks) > TimeSpan.MaxValue.Ticks)
            {
                error = $"'{text}' is longer than 10,675,199 days, which no clock here can count. Expected a shorter duration, or '{Never}'.";
                return false;
            }

            rest = rest[letters..];
            nextUnit = unit + 1;
        }
        while (!rest.IsEmpty);

        duration = new TimeSpan((long)sum);
        return true;
    }

    private static int FindUnit(ReadOnlySpan<char> name, int from)
    {
        for (var index = from; index < Units.Length; index++)
        {
            if (name.Equals(Units[index].Name, StringComparison.OrdinalIgnoreCase))
            {
                return index;
            }
        }

        return -1;
    }

    private static bool Fail(string text, out string error)
    {
        error = $"'{text}' is no duration. Expected whole numbers with the units d, h, m, s or ms, largest first: 500ms, 30s, 1h30m; or '{Never}'.";
        return false;
    }
}
