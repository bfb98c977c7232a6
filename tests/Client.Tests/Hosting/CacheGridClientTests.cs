using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Orleans.Cache.Client.Tests.Hosting;

public sealed class CacheGridClientTests
{
    [Fact]
    public void Options_ThatMakeNoSense_AreAllNamedAtOnce()
    {
        using var host = Build(options =>
        {
            options.Gateways.Add("nowhere");
            options.ClusterId = " ";
            options.OperationTimeout = TimeSpan.Zero;
        });

        var error = Assert.Throws<OptionsValidationException>(() => host.Services.GetRequiredService<IOptions<CacheGridClientOptions>>().Value);

        Assert.Collection(
            error.Failures.Order(StringComparer.Ordinal),
            failure => Assert.StartsWith("ClusterId is empty.", failure, StringComparison.Ordinal),
            failure => Assert.StartsWith("Gateways has 'nowhere', which is no gateway. Write host:port", failure, StringComparison.Ordinal),
            failure => Assert.StartsWith("OperationTimeout is 00:00:00. It must be", failure, StringComparison.Ordinal));
    }

    [Fact]
    public void Options_WithoutGateways_LookForALocalSilo()
    {
        using var host = Build(static _ => { });

        Assert.Equal([CacheGridDefaults.Gateway], host.Services.GetRequiredService<IOptions<CacheGridClientOptions>>().Value.Gateways);
    }

    [Theory]
    [InlineData("")]
    [InlineData("two words")]
    [InlineData("ünicode")]
    public void GetCache_MalformedName_IsRefusedWithoutAGrid(string name)
    {
        using var host = Build(static _ => { });

        var error = Assert.Throws<CacheRequestException>(() => host.Services.GetRequiredService<ICacheGrid>().GetCache(name));

        Assert.Equal(CacheErrorCode.UnknownCache, error.Code);
    }

    [Fact]
    public void GetCache_SameName_IsTheSameObject()
    {
        using var host = Build(static _ => { });
        var grid = host.Services.GetRequiredService<ICacheGrid>();

        Assert.Same(grid.GetCache("sessions"), grid.GetCache("sessions"));
    }

    private static IHost Build(Action<CacheGridClientOptions> configure)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddCacheGridClient(configure);
        return builder.Build();
    }
}
