namespace Orleans.Cache.Engine.Replication;

/// <summary>Names an operation, whatever the number of attempts: a repetition is answered with the first result.</summary>
/// <param name="Client">Above 0 and unique to the client; 0 for operations without an id.</param>
/// <param name="Number">Unique to the operation within its client.</param>
internal readonly record struct OperationId(long Client, long Number)
{
    public bool IsNone => Client == 0;
}
