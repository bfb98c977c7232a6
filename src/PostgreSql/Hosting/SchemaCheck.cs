using Microsoft.Extensions.Options;
using Orleans.Cache.PostgreSql.Schema;

namespace Orleans.Cache.PostgreSql.Hosting;

/// <summary>Checks the database before anything else of the silo starts: it says what is amiss in a sentence, and nobody has heard of the silo yet.</summary>
internal sealed class SchemaCheck(DatabaseSchema schema, IOptions<CachePostgreSqlOptions> options) : ILifecycleParticipant<ISiloLifecycle>
{
    public void Participate(ISiloLifecycle observer) => observer.Subscribe(
        nameof(SchemaCheck),
        ServiceLifecycleStage.First,
        cancellationToken => schema.EnsureAsync(options.Value.CreateSchema, cancellationToken));
}
