using System.CommandLine;
using System.Globalization;

namespace Orleans.Cache.Cli.Commands;

/// <summary>An option that takes a whole number within limits.</summary>
internal static class WholeNumberOption
{
    /// <summary>Makes the option.</summary>
    /// <param name="name">Its name, with dashes.</param>
    /// <param name="description">What it does.</param>
    /// <param name="from">The least number.</param>
    /// <param name="to">The greatest; <see cref="long.MaxValue"/>: there is none.</param>
    /// <param name="defaultValue">What counts without it; <see langword="null"/>: nothing.</param>
    public static Option<long?> Create(string name, string description, long from, long to, long? defaultValue)
    {
        var option = new Option<long?>(name)
        {
            Description = description,
            HelpName = "n",
            CustomParser = result =>
            {
                var text = result.Tokens[0].Value;
                if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= from && number <= to)
                {
                    return number;
                }

                var range = to == long.MaxValue ? $"of {from} or more" : $"from {from} to {to}";
                result.AddError($"{name}: '{text}' is out of range. Expected a whole number {range}.");
                return null;
            },
        };
        if (defaultValue is not null)
        {
            option.DefaultValueFactory = _ => defaultValue;
        }

        return option;
    }
}
