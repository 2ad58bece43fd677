using FsCheck;
using FsCheck.Fluent;

namespace MinkActors.Protocol.Tests;

/// <summary>What one side writes the other reads, for messages of any shape. FsCheck shrinks a failure; its seed is fixed.</summary>
public class RoundTripTests
{
    private static readonly Config Fixed = Config.QuickThrowOnFailure.WithMaxTest(200).WithReplay(20240703, 1);

    [Fact]
    public void Given_any_message_When_written_and_read_Then_both_tables_agree()
    {
        Check.One(Fixed, Prop.ForAll(Shapes(), shape =>
        {
            var (written, read) = (default(ArgumentTable), default(ArgumentTable));
            var buffer = Sample.Direct(ref written, shape.Inputs, shape.Outputs, shape.Objects, shape.OutputObjects, size: 8192);
            return DirectMessage.TryReadRequest(buffer, out _, out _, ref read, out _, out _) && Same(ref written, ref read);
        }));
    }

    [Fact]
    public void Given_any_callback_When_written_and_read_Then_both_tables_agree()
    {
        Check.One(Fixed, Prop.ForAll(Shapes(), shape =>
        {
            var (written, read) = (default(ArgumentTable), default(ArgumentTable));
            var buffer = Sample.CallbackRequest(ref written, shape.Inputs, shape.Outputs, shape.Objects, shape.OutputObjects, size: 8192);
            return CallbackMessage.TryReadRequest(buffer, out _, out _, ref read, out _) && Same(ref written, ref read);
        }));
    }

    [Fact]
    public void Given_any_batches_of_ids_When_written_and_read_Then_they_are_the_same()
    {
        Check.One(Fixed, Prop.ForAll(ArbMap.Default.ArbFor<uint[][]>(), batches =>
        {
            var area = new byte[batches.Sum(batch => 16 + 4 * batch.Length) + 8];
            var writer = new AsyncReleaseWriter(area);
            foreach (var batch in batches)
                if (!writer.TryWrite(batch)) return false;
            var reader = new AsyncReleaseReader(area);
            foreach (var batch in batches)
            {
                if (!reader.TryNext(out var message) || message.Count != batch.Length) return false;
                for (var i = 0; i < batch.Length; i++)
                    if (message[i] != batch[i]) return false;
            }

            return !reader.TryNext(out _) && reader.Fault.IsNone;
        }));
    }

    private static bool Same(ref ArgumentTable left, ref ArgumentTable right)
    {
        if (left.Counts != right.Counts || left.PayloadEnd != right.PayloadEnd) return false;
        for (var i = 0; i < left.Counts.InputBuffers; i++)
            if (left.InputBuffer(i) != right.InputBuffer(i)) return false;
        for (var i = 0; i < left.Counts.OutputBuffers; i++)
            if (left.OutputBuffer(i) != right.OutputBuffer(i)) return false;
        for (var i = 0; i < left.Counts.InputObjects; i++)
            if (left.InputObject(i) != right.InputObject(i)) return false;
        return true;
    }

    private static Arbitrary<Shape> Shapes()
    {
        var sizes = Gen.Choose(0, 15).SelectMany(count => Gen.ArrayOf(Gen.Choose(0, 200), count));
        var ids = Gen.Choose(0, 15).SelectMany(count => Gen.ArrayOf(Gen.Choose(2, int.MaxValue).Select(id => (uint)id), count));
        var shapes = from inputs in sizes
                     from outputs in sizes
                     from objects in ids
                     from outputObjects in Gen.Choose(0, 15)
                     select new Shape(inputs, outputs, objects, outputObjects);
        return Arb.From(shapes);
    }

    private sealed record Shape(int[] Inputs, int[] Outputs, uint[] Objects, int OutputObjects);
}
