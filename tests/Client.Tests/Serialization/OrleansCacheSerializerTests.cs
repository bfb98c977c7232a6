using System.Buffers;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;

namespace Orleans.Cache.Client.Tests.Serialization;

public sealed class OrleansCacheSerializerTests : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddSerializer().BuildServiceProvider();

    private OrleansCacheSerializer Serializer => new(_services.GetRequiredService<Serializer>());

    public void Dispose() => _services.Dispose();

    [Fact]
    public void Serialize_KnownType_ComesBackEqual()
    {
        var buffer = new ArrayBufferWriter<byte>();
        List<string> value = ["tea", "coffee"];

        Serializer.Serialize(value, buffer);

        Assert.Equal(value, Serializer.Deserialize<List<string>>(buffer.WrittenSpan));
    }

    [Fact]
    public void Serialize_TypeWithoutSerializer_SaysHowToMendIt()
    {
        var error = Assert.Throws<CacheSerializationException>(() => Serializer.Serialize(new Unknown(), new ArrayBufferWriter<byte>()));

        Assert.Contains("[GenerateSerializer]", error.Message, StringComparison.Ordinal);
    }

    private sealed class Unknown
    {
        public string Name { get; init; } = "";
    }
}
