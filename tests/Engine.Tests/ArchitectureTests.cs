using Orleans.Cache.Engine.Topology;

namespace Orleans.Cache.Engine.Tests;

/// <summary>The engine knows nothing of Orleans, and this project builds and runs without any package of it.</summary>
public sealed class ArchitectureTests
{
    [Theory]
    [InlineData(typeof(PartitionMap))]
    [InlineData(typeof(CacheKey))]
    public void Assembly_OfTheEngineOrBelow_ReferencesNoOrleans(Type type) =>
        Assert.DoesNotContain(
            type.Assembly.GetReferencedAssemblies(), static reference => IsForeignOrleans(reference.Name!));

    [Fact]
    public void Engine_OwnReferences_AreOnlyTheContracts() =>
        Assert.Equal(
            ["Orleans.Cache.Abstractions"],
            typeof(PartitionMap).Assembly.GetReferencedAssemblies()
                .Select(static reference => reference.Name!)
                .Where(static name => name.StartsWith("Orleans.", StringComparison.Ordinal)));

    [Fact]
    public void OutputFolder_OfTheseTests_HoldsNoOrleansPackage() =>
        Assert.DoesNotContain(
            Directory.EnumerateFiles(AppContext.BaseDirectory, "*.dll").Select(Path.GetFileNameWithoutExtension),
            static name => IsForeignOrleans(name!));

    [Fact]
    public void EngineTypes_All_AreInternal() =>
        Assert.Empty(typeof(PartitionMap).Assembly.GetExportedTypes());

    [Fact]
    public void EngineTypes_AllClasses_AreSealed() =>
        Assert.DoesNotContain(
            typeof(PartitionMap).Assembly.GetTypes().Where(static type => type.Namespace?.StartsWith("Orleans.Cache.Engine", StringComparison.Ordinal) == true),
            static type => type is { IsClass: true, IsSealed: false, IsAbstract: false } && !HasSubclass(type));

    private static bool HasSubclass(Type type) => type.Assembly.GetTypes().Any(other => other.BaseType == type);

    private static bool IsForeignOrleans(string name) =>
        (name.StartsWith("Orleans.", StringComparison.Ordinal) || name.StartsWith("Microsoft.Orleans.", StringComparison.Ordinal)) &&
        !name.StartsWith("Orleans.Cache.", StringComparison.Ordinal);
}
