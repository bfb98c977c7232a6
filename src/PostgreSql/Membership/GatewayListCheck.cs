using Microsoft.Extensions.DependencyInjection;
using Orleans.Messaging;

namespace Orleans.Cache.PostgreSql.Membership;

/// <summary>Refuses a client whose gateways come from somewhere else, although it was told to take those of the database.</summary>
internal sealed class GatewayListCheck(IServiceProvider services) : IConfigurationValidator
{
    public void ValidateConfiguration()
    {
        if (services.GetRequiredService<IGatewayListProvider>() is not TableGateways)
        {
            throw new OrleansConfigurationException("UseCachePostgreSql has no effect: a list of gateways was added after it. Call it after AddCacheGridClient and after other clustering of the client.");
        }
    }
}
