namespace Orleans.Cache.Process.Tests.Processes;

/// <summary>Silos that are not to start.</summary>
internal static class SiloStart
{
    /// <summary>Starts a silo that must end with exit code 1 and one line on standard error.</summary>
    /// <param name="settings">How it is started.</param>
    /// <param name="message">What the line must have in it.</param>
    /// <param name="secret">What must be nowhere in what it writes.</param>
    public static async Task RefusedAsync(SiloSettings settings, string message, string? secret = null)
    {
        await using var silo = SiloProcess.Start(settings);

        var exitCode = await silo.Run.ExitAsync();

        var error = silo.Run.Error.Text;
        Assert.True(exitCode == 1, silo.Run.Transcript);
        Assert.True(error.StartsWith("The silo does not start. ", StringComparison.Ordinal) && error.TrimEnd().Split('\n').Length == 1, silo.Run.Transcript);
        Assert.True(error.Contains(message, StringComparison.Ordinal), $"Expected '{message}'.\n{silo.Run.Transcript}");
        foreach (var exception in new[] { "CacheGridStartException", "CacheDatabaseException", "NpgsqlException", "PostgresException" })
        {
            Assert.False(silo.Run.Output.Text.Contains(exception, StringComparison.Ordinal), silo.Run.Transcript);
        }

        if (secret is not null)
        {
            Assert.DoesNotContain(secret, $"{error}{silo.Run.Output.Text}", StringComparison.Ordinal);
        }
    }
}
