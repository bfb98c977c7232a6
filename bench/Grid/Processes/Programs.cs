namespace Orleans.Cache.GridBench.Processes;

/// <summary>Finds what the benchmark starts.</summary>
internal static class Programs
{
    /// <summary>The benchmark itself, for the parts that it plays in processes of their own.</summary>
    public static string Self() => typeof(Programs).Assembly.Location;

    /// <summary>The silo, built with the benchmark in the same configuration.</summary>
    public static string Silo() => Sibling("Silo");

    /// <summary>The startup hook that lets a silo process be asked what it used.</summary>
    public static string SiloProbe() => Sibling("SiloProbe");

    /// <summary>The repository's folder.</summary>
    public static DirectoryInfo Repository()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Orleans.Cache.sln")))
            {
                return folder;
            }
        }

        throw new BenchException("The benchmark does not run in its repository, so there is no bench/results to write to.");
    }

    /// <summary>Those programs that are not installed where the shell would look for them.</summary>
    public static IReadOnlyList<string> Missing(params IEnumerable<string> programs) => [.. programs.Where(static program => !IsInstalled(program))];

    private static bool IsInstalled(string program) => (Environment.GetEnvironmentVariable("PATH") ?? string.Empty)
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Any(folder => File.Exists(Path.Combine(folder, program)));

    private static string Sibling(string project)
    {
        var here = new DirectoryInfo(AppContext.BaseDirectory);
        var program = Path.Combine(here.Parent!.Parent!.FullName, project, here.Name, $"Orleans.Cache.{project}.dll");
        return File.Exists(program)
            ? program
            : throw new BenchException($"There is no {program}. Start the benchmark with 'dotnet run -c Release --project bench/Grid'.");
    }
}
