using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Cache.PostgreSql.Schema;
using Orleans.Messaging;
using Orleans.Runtime.Membership;

namespace Orleans.Cache.PostgreSql.Membership;

/// <summary>
/// The gateways of the membership table, and with them those of the list that was there before: <c>AddCacheGridClient</c>'s, which names the silos of
/// the grid's map and keeps account of which of them can be called directly. While the database is away the last gateways stay.
/// </summary>
/// <remarks>Orleans calls it from one place at a time.</remarks>
internal sealed partial class TableGateways(
    AdoNetGatewayListProvider table,
    IGatewayListProvider? before,
    DatabaseSchema schema,
    IOptions<CacheGridClientOptions> options,
    TimeProvider time,
    ILogger<TableGateways> logger) : IGatewayListProvider
{
    // The list of the grid's map is looked at every two seconds; a database should not be, by every client.
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(10);

    private IList<Uri> _gateways = [];
    private long? _readAt;

    public TimeSpan MaxStaleness => before?.MaxStaleness ?? table.MaxStaleness;

    public bool IsUpdatable => true;

    public async Task InitializeGatewayListProvider()
    {
        await schema.EnsureAsync(create: false, CancellationToken.None).ConfigureAwait(false);
        await table.InitializeGatewayListProvider().ConfigureAwait(false);
        _gateways = await table.GetGateways().ConfigureAwait(false);
        _readAt = time.GetTimestamp();
        if (before is not null)
        {
            // It starts from no gateway of its own, such as the default one: an option has those of the table only to name them in messages.
            var named = options.Value.Gateways;
            named.Clear();
            await before.InitializeGatewayListProvider().ConfigureAwait(false);
            foreach (var gateway in _gateways)
            {
                named.Add(gateway.Authority);
            }
        }
    }

    public async Task<IList<Uri>> GetGateways()
    {
        if (_readAt is not { } readAt || time.GetElapsedTime(readAt) >= Period)
        {
            await ReadAsync().ConfigureAwait(false);
        }

        return before is null ? _gateways : [.. (await before.GetGateways().ConfigureAwait(false)).Union(_gateways, AuthorityComparer.Instance)];
    }

    private async Task ReadAsync()
    {
        try
        {
            _gateways = await table.GetGateways().ConfigureAwait(false);
            _readAt = time.GetTimestamp();
        }
#pragma warning disable CA1031 // Whatever failed, the gateways that are known are better than none.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogNotRead(exception);
        }
    }

    [LoggerMessage(EventIds.GatewaysNotRead, LogLevel.Information, "The gateways could not be read from the database; those known stay.")]
    private partial void LogNotRead(Exception exception);

    /// <summary>A gateway is the same under any generation, which the map does not know.</summary>
    private sealed class AuthorityComparer : IEqualityComparer<Uri>
    {
        public static AuthorityComparer Instance { get; } = new();

        public bool Equals(Uri? x, Uri? y) => x?.Authority == y?.Authority;

        public int GetHashCode(Uri obj) => obj.Authority.GetHashCode(StringComparison.Ordinal);
    }
}
