namespace Orleans.Cache.Client.Transfers;

/// <summary>Goes through the chunks of a value, a few at a time.</summary>
internal static class ChunkRun
{
    /// <summary>Brings over all chunks. Ends when nothing is under way any more, also when a chunk fails.</summary>
    /// <param name="length">The bytes of the value.</param>
    /// <param name="chunkBytes">The bytes of the next chunk.</param>
    /// <param name="inFlight">How many are under way at once.</param>
    /// <param name="transfer">Brings over a chunk, by offset and length; says whether the others are still wanted.</param>
    /// <returns>Whether all chunks were wanted.</returns>
    public static async ValueTask<bool> ExecuteAsync(int length, Func<int> chunkBytes, int inFlight, Func<int, int, ValueTask<bool>> transfer)
    {
        var next = 0L;
        var isOver = false;
        var workers = new Task[inFlight];
        for (var worker = 0; worker < workers.Length; worker++)
        {
            workers[worker] = WorkAsync();
        }

        await Task.WhenAll(workers).ConfigureAwait(false);
        return !isOver;

        async Task WorkAsync()
        {
            while (!Volatile.Read(ref isOver))
            {
                var bytes = chunkBytes();
                var offset = Interlocked.Add(ref next, bytes) - bytes;
                if (offset >= length)
                {
                    return;
                }

                var isWanted = false;
                try
                {
                    isWanted = await transfer((int)offset, (int)Math.Min(bytes, length - offset)).ConfigureAwait(false);
                }
                finally
                {
                    if (!isWanted)
                    {
                        Volatile.Write(ref isOver, true);
                    }
                }
            }
        }
    }
}
