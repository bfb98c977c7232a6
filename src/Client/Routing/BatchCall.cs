using System.Buffers;

namespace Orleans.Cache.Client.Routing;

/// <summary>The operations of a call and their results, in rented arrays. Nobody else looks at them once the call has returned.</summary>
/// <param name="count">How many operations there are.</param>
internal readonly struct BatchCall(int count) : IDisposable
{
    private readonly Operation[] _operations = ArrayPool<Operation>.Shared.Rent(count);
    private readonly OperationResult[] _results = ArrayPool<OperationResult>.Shared.Rent(count);

    public int Count => count;

    public Span<Operation> Operations => _operations.AsSpan(0, count);

    /// <summary>The operations, for those who must hold on to them over an await.</summary>
    public ReadOnlyMemory<Operation> Memory => _operations.AsMemory(0, count);

    public Span<OperationResult> Results => _results.AsSpan(0, count);

    /// <summary>Gives the arrays back, without the keys and values in them.</summary>
    public void Dispose()
    {
        Operations.Clear();
        Results.Clear();
        ArrayPool<Operation>.Shared.Return(_operations);
        ArrayPool<OperationResult>.Shared.Return(_results);
    }
}
