using Orleans.Cache.Engine.Memory;

namespace Orleans.Cache.Engine.Shards;

/// <summary>Looks at an entry during a scan. The entry and its spans are valid until it returns, and must not be written.</summary>
internal delegate void EntryVisitor(EntryPointer entry);
