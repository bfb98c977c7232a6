using Microsoft.Extensions.Options;
using Orleans.Cache;
using Orleans.Cache.Silo.Configuration;
using Orleans.Cache.Silo.Endpoints;
using Orleans.Cache.Silo.Hosting;
using Orleans.Dashboard;
using Orleans.Runtime.MembershipService;

const int CannotStart = 1;

try
{
    var builder = WebApplication.CreateBuilder(new WebApplicationOptions
    {
        Args = args,

        // The settings beside the program, from whichever folder it is started.
        ContentRootPath = AppContext.BaseDirectory,
    });
    builder.Configuration.AddCommandLine(args, new Dictionary<string, string> { ["--instance"] = "Silo:Instance" });
    var options = SiloOptionsReader.Read(builder.Configuration);
    ConfigurationSections.Read<CacheGridOptions>(builder.Configuration, CacheGridSiloBuilderExtensions.SectionName);
    builder.UseCacheSilo(options);

    await using var app = builder.Build();
    app.MapHealth();
    app.MapOrleansDashboard();
    app.LimitStop();
    try
    {
        await app.StartAsync();
    }
    catch (Exception exception) when (
        exception is OrleansLifecycleCanceledException or OperationCanceledException && app.Lifetime.ApplicationStopping.IsCancellationRequested)
    {
        // Told to stop before it had started. It may be in the grid already, so it leaves in order.
        await app.StopAsync();
        return 0;
    }

    Console.WriteLine(StartMessage.For(options));
    await app.WaitForShutdownAsync();
    return 0;
}
catch (Exception exception) when (exception is SiloConfigurationException or CacheDatabaseException or CacheGridStartException)
{
    Console.Error.WriteLine($"The silo does not start. {exception.Message}");
    return CannotStart;
}
catch (OrleansClusterConnectivityCheckFailedException exception)
{
    Console.Error.WriteLine(
        $"The silo does not start. Silos that the membership has as active do not answer it: {exception.Message.ReplaceLineEndings(" ")} If they run, let this machine connect to their silo ports; if they were killed, start this silo again.");
    return CannotStart;
}
catch (OptionsValidationException exception)
{
    Console.Error.WriteLine($"The silo does not start. {string.Join(Environment.NewLine, exception.Failures)}");
    return CannotStart;
}
