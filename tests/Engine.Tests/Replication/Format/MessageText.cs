using System.Collections;
using System.Globalization;

namespace Orleans.Cache.Engine.Tests.Replication.Format;

/// <summary>All that a message has, as text: whatever property is added to one is compared without anybody thinking of it.</summary>
internal static class MessageText
{
    public static string Of(object? value) => value switch
    {
        null => "null",
        ReadOnlyMemory<byte> bytes => $"0x{Convert.ToHexString(bytes.Span)}",
        IEnumerable items and not string => $"[{string.Join(", ", items.Cast<object?>().Select(Of))}]",
        IConvertible simple => simple.ToString(CultureInfo.InvariantCulture),
        _ => $"{value.GetType().Name} {{ {string.Join(", ", PropertiesOf(value))} }}",
    };

    private static IEnumerable<string> PropertiesOf(object value) => value.GetType().GetProperties()
        .Where(static property => property.GetMethod is { IsStatic: false } && property.GetIndexParameters().Length == 0)
        .OrderBy(static property => property.Name, StringComparer.Ordinal)
        .Select(property => $"{property.Name} = {Of(property.GetValue(value))}");
}
