namespace Orleans.Cache.Engine.Events;

/// <summary>Events that were taken from the buffer.</summary>
/// <param name="Bytes">Their records, one behind the other.</param>
/// <param name="Count">How many.</param>
/// <param name="Lost">How many further ones found no room behind them.</param>
internal readonly record struct EventRun(ReadOnlyMemory<byte> Bytes, int Count, int Lost);
