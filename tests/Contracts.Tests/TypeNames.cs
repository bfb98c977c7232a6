using System.Reflection;

namespace Orleans.Cache.Contracts.Tests;

/// <summary>Types as C# writes them, without namespaces.</summary>
internal static class TypeNames
{
    private static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(void)] = "void",
        [typeof(object)] = "object",
        [typeof(string)] = "string",
        [typeof(bool)] = "bool",
        [typeof(byte)] = "byte",
        [typeof(short)] = "short",
        [typeof(ushort)] = "ushort",
        [typeof(int)] = "int",
        [typeof(uint)] = "uint",
        [typeof(long)] = "long",
        [typeof(ulong)] = "ulong",
        [typeof(double)] = "double",
        [typeof(char)] = "char",
    };

    private static readonly NullabilityInfoContext Nullability = new();

    public static string Of(Type type)
    {
        if (type.IsByRef)
        {
            return Of(type.GetElementType()!);
        }

        if (type.IsArray)
        {
            return $"{Of(type.GetElementType()!)}[]";
        }

        if (Nullable.GetUnderlyingType(type) is { } value)
        {
            return $"{Of(value)}?";
        }

        return Keywords.TryGetValue(type, out var keyword) ? keyword
            : type.IsGenericType ? $"{type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)]}<{string.Join(", ", type.GetGenericArguments().Select(Of))}>"
            : type.Name;
    }

    public static string Of(PropertyInfo property) => Of(property.PropertyType, Nullability.Create(property));

    public static string Of(FieldInfo field) => Of(field.FieldType, Nullability.Create(field));

    public static string Of(ParameterInfo parameter)
    {
        var name = Of(parameter.ParameterType, Nullability.Create(parameter));
        return parameter.ParameterType.IsByRef ? $"{(parameter.IsIn ? "in" : parameter.IsOut ? "out" : "ref")} {name}" : name;
    }

    private static string Of(Type type, NullabilityInfo nullability)
    {
        if (type.IsValueType || type.IsByRef)
        {
            return type is { IsGenericType: true } && Nullable.GetUnderlyingType(type) is null
                ? WithArguments(type, nullability)
                : Of(type);
        }

        var name = type.IsArray ? $"{Of(type.GetElementType()!, nullability.ElementType!)}[]"
            : type.IsGenericType ? WithArguments(type, nullability)
            : Of(type);
        return nullability.ReadState == NullabilityState.Nullable ? $"{name}?" : name;
    }

    private static string WithArguments(Type type, NullabilityInfo nullability)
    {
        var arguments = type.GetGenericArguments().Zip(nullability.GenericTypeArguments, Of);
        return $"{type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)]}<{string.Join(", ", arguments)}>";
    }
}
