using Microsoft.Extensions.DependencyInjection;
using Orleans.Cache.Grains.Topology;
using Orleans.Cache.Grains.Topology.Stores;
using Orleans.Storage;

namespace Orleans.Cache.Cluster.Tests.Topology;

/// <summary>Where a grid's record is kept, and that a silo does not start without such a place.</summary>
public sealed class TopologyStoresTests
{
    [Fact]
    public void Choose_WithAGrainStorageOfTheName_TakesThat()
    {
        using var services = Services(static services => services
            .AddSingleton(System.Reflection.DispatchProxy.Create<IGrainFactory, Unused>())
            .AddKeyedSingleton(GrainStorageTopologyStore.StorageName, System.Reflection.DispatchProxy.Create<IGrainStorage, Unused>()));

        Assert.IsType<GrainStorageTopologyStore>(services.GetRequiredService<ITopologyStore>());
        new TopologyStoreValidator(services).ValidateConfiguration();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Start_WithoutAnyPlace_IsRefused_AndSaysWhatToRegister(bool hasAnotherMembership)
    {
        using var services = Services(services =>
        {
            if (hasAnotherMembership)
            {
                services.AddSingleton(System.Reflection.DispatchProxy.Create<IMembershipTable, Unused>());
            }
        });

        var refusal = Assert.Throws<CacheGridStartException>(() => new TopologyStoreValidator(services).ValidateConfiguration());
        Assert.Contains("'cache-grid'", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Choose_OfAStoreThatWasRegistered_IsThatOne()
    {
        var own = new MemoryTopologyStore();
        await using var grid = await GridFixture.StartAsync(silos: 1, configureSilo: silo => silo.Services.AddSingleton<ITopologyStore>(own));

        Assert.Same(own, grid.Cluster.Silos[0].ServiceProvider.GetRequiredService<ITopologyStore>());
        Assert.NotNull(await own.ReadAsync(TestContext.Current.CancellationToken));
    }

    private static ServiceProvider Services(Action<IServiceCollection> configure)
    {
        var services = new ServiceCollection().AddSingleton(TopologyStores.Choose);
        configure(services);
        return services.BuildServiceProvider();
    }

#pragma warning disable CA1852 // A proxy derives from it.
    public class Unused : System.Reflection.DispatchProxy
    {
#pragma warning restore CA1852
        protected override object? Invoke(System.Reflection.MethodInfo? targetMethod, object?[]? args) => throw new NotSupportedException();
    }
}
