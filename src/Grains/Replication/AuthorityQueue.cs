using Orleans.Cache.Engine.Replication;
using Orleans.Cache.Engine.Replication.Messages;

namespace Orleans.Cache.Grains.Replication;

/// <summary>
/// What copies want to ask the authority: of each its newest proposal and, if it asked later, its newest question. A question must not take a
/// proposal's place. Not thread-safe.
/// </summary>
internal sealed class AuthorityQueue
{
    private readonly Dictionary<(int Partition, CopyId From), (AuthorityRequest? Proposal, AuthorityRequest? Question)> _waiting = [];

    /// <summary>Of how many copies something waits.</summary>
    public int Count => _waiting.Count;

    public void Add(int partition, AuthorityRequest request)
    {
        var key = (partition, request.From);
        var known = _waiting.GetValueOrDefault(key);

        // A proposal is a question too, so an older question need not be sent beside it.
        _waiting[key] = request.Proposal is null ? (known.Proposal, request) : (request, null);
    }

    /// <summary>Takes out all, of each copy in the order in which it asked.</summary>
    public void Take(List<(int Partition, AuthorityRequest Request)> taken)
    {
        foreach (var ((partition, _), (proposal, question)) in _waiting)
        {
            if (proposal is not null)
            {
                taken.Add((partition, proposal));
            }

            if (question is not null)
            {
                taken.Add((partition, question));
            }
        }

        _waiting.Clear();
    }
}
