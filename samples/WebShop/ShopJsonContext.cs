using System.Text.Json.Serialization;

namespace Orleans.Cache.WebShop;

/// <summary>Describes the shop's types to the cache (and to ASP.NET Core), without reflection.</summary>
[JsonSerializable(typeof(Product))]
internal sealed partial class ShopJsonContext : JsonSerializerContext;
