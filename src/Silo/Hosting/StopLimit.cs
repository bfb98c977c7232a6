using System.Globalization;
using Microsoft.Extensions.Options;

namespace Orleans.Cache.Silo.Hosting;

/// <summary>
/// Ends the process when the silo takes longer to stop than the host gives it: Orleans goes on for minutes trying to tell a database that is away,
/// while the silo has handed over its partitions long since.
/// </summary>
internal static class StopLimit
{
    private const int NotInOrder = 1;

    // For what comes after the host has cancelled what still runs.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    public static void LimitStop(this WebApplication app)
    {
        var limit = app.Services.GetRequiredService<IOptions<HostOptions>>().Value.ShutdownTimeout + Grace;
        app.Lifetime.ApplicationStopping.Register(() => EndAsync(limit).Ignore());
    }

    private static async Task EndAsync(TimeSpan limit)
    {
        await Task.Delay(limit, TimeProvider.System);
        Console.Error.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"The silo has not stopped within {limit.TotalSeconds} seconds and ends now, as if it had been killed. Check that its database can be reached."));
        Environment.Exit(NotInOrder);
    }
}
