namespace Orleans.Cache.GridBench.Processes;

/// <summary>Finds what the benchmark starts.</summary>
internal static class Programs
{
    /// <summary>The silo, built with the benchmark in the same configuration.</summary>
    public static string Silo()
    {
        var here = new DirectoryInfo(AppContext.BaseDirectory);
        var silo = Path.Combine(here.Parent!.Parent!.FullName, "Silo", here.Name, "Orleans.Cache.Silo.dll");
        return File.Exists(silo) ? silo : throw new BenchException($"There is no {silo}. Start the benchmark with 'dotnet run -c Release --project bench/Grid'.");
    }

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

    /// <summary>Whether a program is installed where the shell would look for it.</summary>
    public static bool IsInstalled(string program) => (Environment.GetEnvironmentVariable("PATH") ?? string.Empty)
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Any(folder => File.Exists(Path.Combine(folder, program)));
}
