using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;

namespace Orleans.Cache.Contracts.Tests;

/// <summary>The public types and members of an assembly, as text.</summary>
internal static class PublicSurface
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    public static string Describe(Assembly assembly)
    {
        var text = new StringBuilder();
        var types = assembly.GetExportedTypes().Where(static type => type.Namespace?.StartsWith("OrleansCodeGen", StringComparison.Ordinal) != true);
        foreach (var type in types.OrderBy(static type => type.FullName, StringComparer.Ordinal))
        {
            text.Append(CultureInfo.InvariantCulture, $"{(text.Length == 0 ? string.Empty : "\n")}{type.Namespace}: {Kind(type)} {TypeNames.Of(type)}{Bases(type)}\n");
            foreach (var member in Members(type))
            {
                text.Append(CultureInfo.InvariantCulture, $"  {member}\n");
            }
        }

        return text.ToString();
    }

    private static string Kind(Type type) => type switch
    {
        { IsEnum: true } => "enum",
        { IsInterface: true } => "interface",
        { IsValueType: true } => $"{(type.IsDefined(typeof(IsReadOnlyAttribute)) ? "readonly " : string.Empty)}struct",
        { IsAbstract: true, IsSealed: true } => "static class",
        { IsAbstract: true } => "abstract class",
        _ => type.IsSealed ? "sealed class" : "class",
    };

    private static string Bases(Type type)
    {
        // What an exception or an enum has from the platform says nothing about it.
        IEnumerable<string> interfaces = type.IsEnum || type.IsSubclassOf(typeof(Exception)) ? [] : type.GetInterfaces().Select(TypeNames.Of).Order(StringComparer.Ordinal);
        Type[] parents = [.. new[] { type.BaseType }.OfType<Type>().Where(static parent => parent != typeof(object) && parent != typeof(ValueType) && parent != typeof(Enum))];
        string[] bases = [.. parents.Select(TypeNames.Of), .. interfaces];
        return bases.Length == 0 ? string.Empty : $" : {string.Join(", ", bases)}";
    }

    private static IEnumerable<string> Members(Type type)
    {
        if (type.IsEnum)
        {
            return Enum.GetValues(type).Cast<object>().Select(static value => $"{value} = {Convert.ToInt64(value, CultureInfo.InvariantCulture)}");
        }

        return type.GetConstructors(Declared).Where(IsVisible).Select(constructor => $"{TypeNames.Of(type)}({Parameters(constructor)})")
            .Concat(type.GetFields(Declared).Where(static field => field.IsPublic).Select(Field))
            .Concat(type.GetProperties(Declared).Where(static property => IsOurs(property) && property.GetAccessors().Length > 0).Select(Property))
            .Concat(type.GetMethods(Declared).Where(static method => IsVisible(method) && IsOurs(method) && !IsAccessor(method)).Select(Method))
            .Order(StringComparer.Ordinal);
    }

    private static bool IsVisible(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    // A record's own equality, printing and cloning are no decision of ours.
    private static bool IsOurs(MemberInfo member) =>
        !member.IsDefined(typeof(CompilerGeneratedAttribute)) && member.Name is not "EqualityContract" and not "<Clone>$";

    private static bool IsAccessor(MethodInfo method) => method.IsSpecialName && !method.Name.StartsWith("op_", StringComparison.Ordinal);

    private static string Field(FieldInfo field) => field.IsLiteral
        ? $"const {TypeNames.Of(field)} {field.Name} = {Literal(field.GetRawConstantValue())}"
        : $"{(field.IsStatic ? "static " : string.Empty)}{(field.IsInitOnly ? "readonly " : string.Empty)}{TypeNames.Of(field)} {field.Name}";

    private static string Property(PropertyInfo property)
    {
        var isStatic = property.GetAccessors()[0].IsStatic ? "static " : string.Empty;
        var required = property.IsDefined(typeof(RequiredMemberAttribute)) ? "required " : string.Empty;
        var setter = property.SetMethod is not { IsPublic: true } set ? string.Empty
            : set.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) ? " init;"
            : " set;";
        return $"{isStatic}{required}{TypeNames.Of(property)} {property.Name} {{ get;{setter} }}";
    }

    private static string Method(MethodInfo method)
    {
        var modifiers = method.IsStatic ? "static " : method.IsFamily ? "protected " : string.Empty;
        var arguments = method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(TypeNames.Of))}>" : string.Empty;
        return $"{modifiers}{TypeNames.Of(method.ReturnParameter)} {method.Name}{arguments}({Parameters(method)})";
    }

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select((parameter, index) =>
    {
        var extended = index == 0 && method.IsDefined(typeof(ExtensionAttribute)) ? "this " : string.Empty;
        var defaultValue = parameter.HasDefaultValue ? $" = {Literal(parameter.DefaultValue)}" : string.Empty;
        return $"{extended}{TypeNames.Of(parameter)} {parameter.Name}{defaultValue}";
    }));

    private static string Literal(object? value) => value switch
    {
        null => "default",
        string text => $"\"{text}\"",
        bool truth => truth ? "true" : "false",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };
}
