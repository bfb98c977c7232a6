using System.Buffers;
using System.Text;
using System.Text.Json.Serialization;

namespace Orleans.Cache.Client.Tests.Serialization;

public sealed partial class JsonCacheSerializerTests
{
    [Fact]
    public void Serialize_TypeOfAContext_ComesBackEqual()
    {
        var serializer = new JsonCacheSerializer([ShopJsonContext.Default]);

        Assert.Equal(new Product("tea", 3.5m), RoundTrip(serializer, new Product("tea", 3.5m)));
        Assert.Equal("text", RoundTrip(serializer, "text"));
        Assert.Equal(7L, RoundTrip(serializer, 7L));
    }

    [Fact]
    public void Serialize_UnknownType_SaysHowToRegisterIt()
    {
        var error = Assert.Throws<CacheSerializationException>(() => RoundTrip(new JsonCacheSerializer([]), new Product("tea", 3.5m)));

        Assert.Equal(CacheErrorCode.Serialization, error.Code);
        Assert.Contains("[JsonSerializable(typeof(Product))]", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Deserialize_BytesOfSomethingElse_SaysSo()
    {
        var error = Assert.Throws<CacheSerializationException>(() => new JsonCacheSerializer([]).Deserialize<long>(Encoding.UTF8.GetBytes("no number")));

        Assert.Contains("Int64", error.Message, StringComparison.Ordinal);
    }

    private static T? RoundTrip<T>(JsonCacheSerializer serializer, T value)
    {
        var buffer = new ArrayBufferWriter<byte>();
        serializer.Serialize(value, buffer);
        return serializer.Deserialize<T>(buffer.WrittenSpan);
    }

    internal sealed record Product(string Name, decimal Price);

    [JsonSerializable(typeof(Product))]
    private sealed partial class ShopJsonContext : JsonSerializerContext;
}
