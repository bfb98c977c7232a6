using Microsoft.Extensions.DependencyInjection;

namespace Orleans.Cache.Grains.Topology.Stores;

/// <summary>Refuses to start a silo whose grid has no place for its record.</summary>
internal sealed class TopologyStoreValidator(IServiceProvider services) : IConfigurationValidator
{
    public void ValidateConfiguration() => services.GetRequiredService<ITopologyStore>();
}
