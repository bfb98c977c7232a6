using Orleans.Cache.StaleReads;

const int Changes = 500;

var ports = new Ports(args);
await using var grid = await Grid.StartAsync(ports);

// Two servers of one shop. Each keeps near what it has read; one changes a price, the other one shows it.
await using var seller = await Server.ConnectAsync(ports);
await using var window = await Server.ConnectAsync(ports);

Console.WriteLine($"{Changes} times one server changes a price, and when that is acknowledged the other one reads it.");
Console.WriteLine($"Old prices read:                                     at once   {Experiment.Later.TotalMilliseconds:0} ms later   a read of an unchanged price");
using var sellersMemory = new LocalPrices(seller);
using var windowsMemory = new LocalPrices(window);
await ShowAsync("a memory cache in each server, for 30 s", sellersMemory, windowsMemory);
await ShowAsync("near copies of the grid, bounded", new GridPrices(seller, Grid.Bounded), new GridPrices(window, Grid.Bounded));
await ShowAsync("near copies of the grid, strict", new GridPrices(seller, Grid.Strict), new GridPrices(window, Grid.Strict));
await ShowAsync("nothing near", new GridPrices(seller, Grid.Plain), new GridPrices(window, Grid.Plain));

static async Task ShowAsync(string what, IPrices seller, IPrices window)
{
    var outcome = await Experiment.RunAsync(seller, window, Changes);
    Console.WriteLine($"  {what,-48} {outcome.StaleAtOnce,9} {outcome.StaleLater,13} {outcome.ReadNanoseconds,27:N0} ns");
}
