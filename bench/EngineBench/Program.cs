using Orleans.Cache.EngineBench;

switch (args)
{
    case ["traces", var folder, .. var rest]:
        TraceTable.Run(folder, rest);
        return 0;
    case ["fuzz", var operations, var seed]:
        Fuzz.Run(long.Parse(operations), int.Parse(seed));
        return 0;
    default:
        Console.Error.WriteLine("""
            usage:
              traces FOLDER [TRACE ...]     hit ratios of every policy, against the table in FOLDER/README.md
              fuzz OPERATIONS SEED          random operations against the model
            """);
        return 2;
}
