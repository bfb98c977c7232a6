using FsCheck.Fluent;
using Orleans.Cache.Engine.Eviction;

namespace Orleans.Cache.Engine.Tests.Eviction;

public sealed class EvictionPolicyProperties
{
    public static TheoryData<string> Policies => [.. EvictionPolicies.Names];

    [Theory]
    [MemberData(nameof(Policies))]
    public void ChooseVictim_AnyOperations_IsPresentAndNobodyIsLost(string policy) => PropertyCheck.Holds(
        Prop.ForAll<int>(seed => EveryVictimIsPresent(policy, seed)), cases: 25);

    private static bool EveryVictimIsPresent(string policy, int seed)
    {
        const int keys = 400;
        var random = new Random(seed);
        using var world = new PolicyWorld(policy);
        for (var step = 0; step < 3_000; step++)
        {
            var key = random.Next(keys);
            switch (random.Next(8))
            {
                case 0 when world.Entries.Count > 0:
                    world.Evict();
                    break;
                case 1 when world.Entries.ContainsKey(key):
                    world.Remove(key);
                    break;
                case 2 when world.Entries.Count > keys / 2:
                    for (var gone = world.Entries.Count / 2; gone > 0; gone--)
                    {
                        world.Evict();
                    }

                    break;
                case var _ when world.Entries.ContainsKey(key):
                    world.Use(key);
                    break;
                default:
                    world.Add(key, expiry: random.Next(1, 1_000_000));
                    break;
            }

            if (world.Policy.Count != world.Entries.Count)
            {
                return false;
            }
        }

        world.Policy.Validate();
        while (world.Entries.Count > 0)
        {
            world.Evict();
        }

        return !world.Policy.TryChooseVictim(out _);
    }
}
