namespace Orleans.Cache.Chaos.Histories;

/// <summary>Errors of one kind.</summary>
/// <param name="Operation">What was called: read or write.</param>
/// <param name="Exception">The exception's type.</param>
/// <param name="Where">Whom it concerned, in regard to the fault in force.</param>
internal readonly record struct ErrorKey(string Operation, string Exception, ErrorPlace Where);
