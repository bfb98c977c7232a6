using Orleans.Serialization.Buffers;
using Orleans.Serialization.Cloning;
using Orleans.Serialization.Codecs;
using Orleans.Serialization.WireProtocol;

namespace Orleans.Cache.Contracts.Nodes;

/// <summary>
/// Writes <see cref="BatchBytes"/> as a byte array is written, and reads them into a rented array: the generated way allocates one for each
/// batch.
/// </summary>
[RegisterSerializer, RegisterCopier]
public sealed class BatchBytesCodec : IFieldCodec<BatchBytes>, IDeepCopier<BatchBytes>
{
    /// <inheritdoc/>
    public void WriteField<TBufferWriter>(ref Writer<TBufferWriter> writer, uint fieldIdDelta, Type expectedType, BatchBytes? value)
        where TBufferWriter : System.Buffers.IBufferWriter<byte>
    {
        if (value is null)
        {
            ReferenceCodec.WriteNullReference(ref writer, fieldIdDelta);
            return;
        }

        ReferenceCodec.MarkValueField(writer.Session);
        writer.WriteFieldHeader(fieldIdDelta, expectedType, typeof(BatchBytes), WireType.LengthPrefixed);
        writer.WriteVarUInt32((uint)value.Length);
        writer.Write(value.Span);
        value.OnWritten();
    }

    /// <inheritdoc/>
    public BatchBytes ReadValue<TInput>(ref Reader<TInput> reader, Field field)
    {
        if (field.WireType == WireType.Reference)
        {
            return ReferenceCodec.ReadReference<BatchBytes, TInput>(ref reader, field);
        }

        if (field.WireType != WireType.LengthPrefixed)
        {
            throw new InvalidDataException($"A batch has the wire type {field.WireType}, expected is {WireType.LengthPrefixed}.");
        }

        ReferenceCodec.MarkValueField(reader.Session);
        var length = reader.ReadVarUInt32();
        if (length > reader.Length - reader.Position)
        {
            throw new InvalidDataException($"A batch claims {length} bytes, its message has {reader.Length - reader.Position} left.");
        }

        var bytes = BatchBytes.Rent((int)length);
        reader.ReadBytes(bytes.Span);
        return bytes;
    }

    /// <inheritdoc/>
    public BatchBytes DeepCopy(BatchBytes input, CopyContext context) => input;
}
