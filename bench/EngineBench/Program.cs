using Orleans.Cache.EngineBench;

switch (args)
{
    case ["traces", var folder, .. var rest]:
        TraceTable.Run(folder, rest);
        return 0;
    case ["fuzz", var operations, var seed]:
        Fuzz.Run(long.Parse(operations), int.Parse(seed));
        return 0;
    case ["speed", var entries, var operations, .. var rest]:
        Speed.Run(int.Parse(entries), int.Parse(operations), rest);
        return 0;
    case ["memory", var entries, var eviction]:
        MemoryUse.Run(int.Parse(entries), eviction);
        return 0;
    case ["hostile", var entries, .. var rest]:
        Hostile.Run(int.Parse(entries), rest is [var policy] ? policy : "s3fifo");
        return 0;
    case ["large", var megabytes, var seconds]:
        BesideLarge.Run(int.Parse(megabytes), int.Parse(seconds));
        return 0;
    case ["wire"]:
        Wire.Run();
        return 0;
    case ["replicas", var entries, var operations]:
        Replicas.Run(int.Parse(entries), int.Parse(operations));
        return 0;
    case ["hot", var entries, var operations]:
        HotKeyCost.Run(int.Parse(entries), int.Parse(operations));
        return 0;
    case ["snapshot", var entries, var folder]:
        await Snapshots.RunAsync(int.Parse(entries), folder);
        return 0;
    default:
        Console.Error.WriteLine("""
            usage:
              traces FOLDER [TRACE ...]     hit ratios of every policy, against the table in FOLDER/README.md
              fuzz OPERATIONS SEED          random operations against the model
              speed ENTRIES OPERATIONS      nanoseconds for each operation, against ConcurrentDictionary (append "hits", "insert" or "dictionary" for these only)
              hostile ENTRIES [POLICY]      the longest single operation under orders that structures dread
              large MEGABYTES SECONDS       the longest small get beside a large value that is set and got in the same shard
              wire                          what the bytes of replication cost: beats, answers, records
              replicas ENTRIES OPERATIONS   what copies of partitions cost gets and sets: none, without followers, with one
              hot ENTRIES OPERATIONS        what looking for hot keys costs gets and sets
              snapshot ENTRIES FOLDER       the longest set beside snapshots, and how long writing and loading them takes
              memory ENTRIES POLICY         bytes for each entry, resident set, pauses of the garbage collector
            """);
        return 2;
}
