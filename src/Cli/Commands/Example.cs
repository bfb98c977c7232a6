namespace Orleans.Cache.Cli.Commands;

/// <summary>A line of a command's help that can be typed as it stands.</summary>
/// <param name="Line">The command line.</param>
/// <param name="Meaning">What it does.</param>
internal sealed record Example(string Line, string Meaning);
