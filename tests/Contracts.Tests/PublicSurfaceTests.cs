using Microsoft.Extensions.DependencyInjection;

namespace Orleans.Cache.Contracts.Tests;

/// <summary>What applications compile against.</summary>
public sealed class PublicSurfaceTests
{
    [Fact]
    public void Abstractions_AreTheApprovedOnes() =>
        Approved.Equal("PublicSurface.Abstractions", PublicSurface.Describe(typeof(ICache).Assembly));

    [Fact]
    public void Client_IsTheApprovedOne() =>
        Approved.Equal("PublicSurface.Client", PublicSurface.Describe(typeof(CacheGridClientServiceCollectionExtensions).Assembly));

    [Fact]
    public void Grains_AreTheApprovedOnes() =>
        Approved.Equal("PublicSurface.Grains", PublicSurface.Describe(typeof(CacheGridSiloBuilderExtensions).Assembly));

    [Fact]
    public void PostgreSql_IsTheApprovedOne() =>
        Approved.Equal("PublicSurface.PostgreSql", PublicSurface.Describe(typeof(CachePostgreSqlOptions).Assembly));
}
