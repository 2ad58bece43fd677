namespace MinkActors.Protocol.Tests.Ids;

/// <summary>Doc 01, section 1.</summary>
public class ObjectIdTests
{
    [Theory]
    [InlineData(0u, ObjectIdKind.Null)]
    [InlineData(1u, ObjectIdKind.Root)]
    [InlineData(2u, ObjectIdKind.Secure)]
    [InlineData(0x7FFFFFFFu, ObjectIdKind.Secure)]
    [InlineData(0x80000000u, ObjectIdKind.Primordial)]
    [InlineData(0x80000001u, ObjectIdKind.Callback)]
    [InlineData(0xFFFFFFFFu, ObjectIdKind.Callback)]
    public void Given_a_word_at_the_edge_of_a_range_When_classified_Then_it_has_exactly_that_kind(uint word, ObjectIdKind kind)
    {
        var id = new ObjectId(word);

        Assert.Equal(kind, id.Kind);
        Assert.Equal(
            (kind == ObjectIdKind.Null, kind == ObjectIdKind.Root, kind == ObjectIdKind.Secure, kind == ObjectIdKind.Primordial, kind == ObjectIdKind.Callback),
            (id.IsNull, id.IsRoot, id.IsSecure, id.IsPrimordial, id.IsCallback));
    }

    [Theory]
    [InlineData(0u, false, false)]
    [InlineData(1u, true, false)]
    [InlineData(0x7FFFFFFFu, true, false)]
    [InlineData(0x80000000u, false, true)]
    [InlineData(0xFFFFFFFFu, false, true)]
    public void Given_an_id_When_asked_where_its_object_lives_Then_bit_31_decides(uint word, bool onSecureSide, bool onNormalSide)
    {
        var id = new ObjectId(word);

        Assert.Equal(onSecureSide, id.IsHostedOnSecureSide);
        Assert.Equal(onNormalSide, id.IsHostedOnNormalSide);
    }

    [Theory]
    [InlineData(0u, false, false)]
    [InlineData(1u, false, false)]
    [InlineData(2u, true, false)]
    [InlineData(0x7FFFFFFFu, true, false)]
    [InlineData(0x80000000u, false, false)]
    [InlineData(0x80000001u, false, true)]
    [InlineData(0xFFFFFFFFu, false, true)]
    public void Given_a_word_When_made_a_counted_id_Then_only_its_own_range_is_taken(uint word, bool secure, bool callback)
    {
        Assert.Equal(secure, SecureId.TryCreate(word, out var secureId));
        Assert.Equal(callback, CallbackId.TryCreate(word, out var callbackId));
        Assert.Equal(secure ? word : 0, ((ObjectId)secureId).Value);
        Assert.Equal(callback ? word : 0, ((ObjectId)callbackId).Value);
    }

    [Fact]
    public void Given_the_first_and_last_callback_id_When_read_Then_they_are_the_ends_of_the_range()
    {
        Assert.Equal(0x80000001u, CallbackId.First.Value);
        Assert.Equal(0xFFFFFFFFu, CallbackId.Last.Value);
        Assert.Equal("0x80000001", CallbackId.First.ToString());
    }
}
