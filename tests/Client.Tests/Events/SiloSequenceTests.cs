using Orleans.Cache.Client.Events;
using Orleans.Cache.Contracts.Events;

namespace Orleans.Cache.Client.Tests.Events;

/// <summary>What is missing of a silo's events, by their numbers.</summary>
public sealed class SiloSequenceTests
{
    [Fact]
    public void Messages_InARow_MissNothing()
    {
        var sequence = new SiloSequence(isFollowedFromStart: false);
        sequence.Begin(run: 3, next: 11);
        Assert.Equal((true, 0, 0L), Take(sequence, run: 3, first: 11, count: 5));
        Assert.Equal((true, 0, 0L), Take(sequence, run: 3, first: 16, count: 0));
        Assert.Equal((true, 0, 0L), Take(sequence, run: 3, first: 16, count: 1));
    }

    [Fact]
    public void Gap_IsCounted_AlsoByAMessageWithoutEvents()
    {
        var sequence = new SiloSequence(isFollowedFromStart: false);
        sequence.Begin(run: 3, next: 11);
        Assert.Equal((true, 0, 4L), Take(sequence, run: 3, first: 15, count: 0));
        Assert.Equal((true, 0, 2L), Take(sequence, run: 3, first: 17, count: 3));
        Assert.Equal((true, 0, 0L), Take(sequence, run: 3, first: 20, count: 0));
    }

    [Fact]
    public void Message_ThatComesTwice_IsSkipped()
    {
        var sequence = new SiloSequence(isFollowedFromStart: false);
        Assert.Equal((true, 0, 0L), Take(sequence, run: 3, first: 11, count: 5));
        Assert.Equal((true, 5, 0L), Take(sequence, run: 3, first: 11, count: 5));
        Assert.Equal((true, 2, 0L), Take(sequence, run: 3, first: 14, count: 4));
        Assert.Equal((true, 0, 0L), Take(sequence, run: 3, first: 18, count: 1));
    }

    [Fact]
    public void WhatWasSentBeforeItIsListenedTo_IsNotMissed()
    {
        var sequence = new SiloSequence(isFollowedFromStart: false);
        sequence.Begin(run: 3, next: 11);
        Assert.Equal((true, 4, 0L), Take(sequence, run: 3, first: 7, count: 4));
        Assert.Equal((true, 0, 0L), Take(sequence, run: 3, first: 11, count: 1));
    }

    [Fact]
    public void Silo_ThatHasJoinedSince_IsHeardFromItsFirstEvent()
    {
        var sequence = new SiloSequence(isFollowedFromStart: true);
        sequence.Begin(run: 3, next: 11);
        Assert.Equal((true, 0, 10L), Take(sequence, run: 3, first: 11, count: 1));
    }

    [Fact]
    public void NewRun_AfterAFarewell_BeginsAtOne()
    {
        var sequence = new SiloSequence(isFollowedFromStart: false);
        Take(sequence, run: 3, first: 11, count: 5);
        Assert.False(sequence.IsOver);
        Assert.Equal((true, 0, 0L), Take(sequence, run: 3, first: 16, count: 0, EventsMark.Last));
        Assert.True(sequence.IsOver);
        Assert.Equal((true, 0, 0L), Take(sequence, run: 4, first: 1, count: 2));
        Assert.False(sequence.IsOver);
        Assert.Equal((false, 0, 0L), Take(sequence, run: 3, first: 16, count: 2));
    }

    [Fact]
    public void NewRun_WithoutAFarewell_HasMissedNobodyKnowsHowMany()
    {
        var sequence = new SiloSequence(isFollowedFromStart: false);
        Take(sequence, run: 3, first: 11, count: 5);
        Assert.Equal((true, 0, null), Take(sequence, run: 4, first: 1, count: 2));
        Assert.Equal((true, 0, 0L), Take(sequence, run: 4, first: 3, count: 2));
    }

    private static (bool IsTaken, int Skip, long? Missed) Take(SiloSequence sequence, long run, long first, int count, EventsMark mark = EventsMark.None)
    {
        var isTaken = sequence.TryTake(new EventsMessage("silo", run, first, count, [], [], mark), out var skip, out var missed);
        return (isTaken, skip, missed);
    }
}
