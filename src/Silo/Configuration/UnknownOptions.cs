using System.Reflection;

namespace Orleans.Cache.Silo.Configuration;

/// <summary>Finds names in the configuration that are no options: misspelt ones would be ignored, and defaults used without a word.</summary>
internal static class UnknownOptions
{
    /// <returns>What the first one is and which options there are, or <see langword="null"/> when all names are options.</returns>
    public static string? Find(IConfigurationSection section, Type type)
    {
        if (ElementOf(type) is { } element)
        {
            return section.GetChildren().Select(child => Find(child, element)).FirstOrDefault(static unknown => unknown is not null);
        }

        if (!type.Namespace!.StartsWith("Orleans.Cache", StringComparison.Ordinal))
        {
            return null;
        }

        var options = type.GetProperties().Where(IsOption).ToDictionary(static property => property.Name, StringComparer.OrdinalIgnoreCase);
        foreach (var child in section.GetChildren())
        {
            if (!options.TryGetValue(child.Key, out var option))
            {
                return $"{child.Path} is no option. Correct its name or remove it; {section.Path} has: {string.Join(", ", options.Keys.Order(StringComparer.Ordinal))}.";
            }

            if (Find(child, option.PropertyType) is { } unknown)
            {
                return unknown;
            }
        }

        return null;
    }

    private static bool IsOption(PropertyInfo property) => property.CanWrite || ElementOf(property.PropertyType) is not null;

    private static Type? ElementOf(Type type) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IDictionary<,>) ? type.GetGenericArguments()[1] : null;
}
