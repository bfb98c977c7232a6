using System.Globalization;
using System.Reflection;
using System.Text;
using Orleans.Cache.Engine.Batches;

namespace Orleans.Cache.Contracts.Tests.Wire;

/// <summary>Everything of the contracts that is on the wire, as text.</summary>
internal static class WireContract
{
    private const string Namespace = "Orleans.Cache.Contracts";

    /// <summary>The types of the contracts, without what Orleans generates for them.</summary>
    public static IEnumerable<Type> Types { get; } =
    [
        .. typeof(Nodes.ICacheNode).Assembly.GetTypes()
            .Where(static type => type.Namespace?.StartsWith(Namespace, StringComparison.Ordinal) == true && !type.IsNested)
            .OrderBy(static type => type.FullName, StringComparer.Ordinal),
    ];

    /// <summary>The messages: what Orleans' serializer writes field by field.</summary>
    public static IEnumerable<Type> Messages => Types.Where(static type => type.IsDefined(typeof(GenerateSerializerAttribute)) && !type.IsEnum);

    public static string Describe()
    {
        var text = new StringBuilder();
        foreach (var type in Types.Where(static type => type.IsInterface))
        {
            DescribeInterface(text, type);
        }

        foreach (var type in Messages)
        {
            DescribeMessage(text, type);
        }

        foreach (var type in Types.Where(static type => !type.IsInterface && !type.IsEnum && !Messages.Contains(type)))
        {
            text.Append(CultureInfo.InvariantCulture, $"\n{Kind(type)} {type.Name} : {string.Join(", ", type.GetInterfaces().Select(TypeNames.Of))}\n");
        }

        foreach (var type in Types.Where(static type => type.IsEnum))
        {
            DescribeEnum(text, type);
        }

        foreach (var type in new[] { typeof(OperationKind), typeof(OperationStatus), typeof(CacheConditionKind), typeof(CacheWriteConcern), typeof(CacheReadLevel), typeof(CacheErrorCode) })
        {
            DescribeEnum(text, type);
        }

        return text.ToString().TrimStart('\n');
    }

    private static void DescribeInterface(StringBuilder text, Type type)
    {
        text.Append(CultureInfo.InvariantCulture, $"\ninterface {type.Name} {Alias(type)} : {string.Join(", ", type.GetInterfaces().Select(TypeNames.Of).Order(StringComparer.Ordinal))}\n");
        foreach (var method in type.GetMethods().OrderBy(static method => method.Name, StringComparer.Ordinal))
        {
            var parameters = method.GetParameters().Select(static parameter => $"{TypeNames.Of(parameter)} {parameter.Name}");
            var attributes = method.GetCustomAttributes()
                .Select(static attribute => attribute.GetType().Name.Replace(nameof(Attribute), string.Empty, StringComparison.Ordinal))
                .Where(static name => name is not "Alias" and not "Nullable" and not "NullableContext")
                .Order(StringComparer.Ordinal)
                .Select(static name => $" [{name}]");
            text.Append(CultureInfo.InvariantCulture, $"  {Alias(method)} {TypeNames.Of(method.ReturnParameter)} {method.Name}({string.Join(", ", parameters)}){string.Concat(attributes)}\n");
        }
    }

    private static void DescribeMessage(StringBuilder text, Type type)
    {
        var immutable = type.IsDefined(typeof(ImmutableAttribute)) ? " immutable" : string.Empty;
        text.Append(CultureInfo.InvariantCulture, $"\n{Kind(type)} {type.Name} {Alias(type)}{immutable}\n");
        var properties = type.GetProperties()
            .Where(static property => property.IsDefined(typeof(IdAttribute)))
            .Select(static property => (property.GetCustomAttribute<IdAttribute>()!.Id, Type: TypeNames.Of(property), property.Name));
        foreach (var (id, member, name) in properties.OrderBy(static property => property.Id))
        {
            text.Append(CultureInfo.InvariantCulture, $"  {id} {member} {name}\n");
        }
    }

    private static void DescribeEnum(StringBuilder text, Type type)
    {
        var alias = type.IsDefined(typeof(AliasAttribute)) ? $" {Alias(type)}" : string.Empty;
        text.Append(CultureInfo.InvariantCulture, $"\nenum {type.Name} : {TypeNames.Of(Enum.GetUnderlyingType(type))}{alias}\n");
        foreach (var value in Enum.GetValues(type))
        {
            text.Append(CultureInfo.InvariantCulture, $"  {Convert.ToInt64(value, CultureInfo.InvariantCulture)} {value}\n");
        }
    }

    private static string Alias(MemberInfo member) => $"\"{member.GetCustomAttribute<AliasAttribute>()?.Alias}\"";

    private static string Kind(Type type) => type.IsValueType ? "struct" : "class";
}
