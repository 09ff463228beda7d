/** A field of a protobuf message: a number, or the bytes of a text, of bytes or of a message. */
type Field = bigint | Buffer;

/** Reads the fields of a protobuf message by their number. Groups, which OTLP does not use, are refused. */
export function readMessage(bytes: Buffer): ReadonlyMap<number, readonly Field[]> {
  const fields = new Map<number, Field[]>();
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes.readUInt8(at++);
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  const take = (length: number): Buffer => {
    at += length;
    return bytes.subarray(at - length, at);
  };
  const read = (wireType: number): Field => {
    if (wireType === 0) return varint();
    if (wireType === 1) return take(8).readBigUInt64LE();
    if (wireType === 2) return take(Number(varint()));
    if (wireType === 5) return BigInt(take(4).readUInt32LE());
    throw new Error(`wire type ${wireType} is not expected`);
  };
  while (at < bytes.length) {
    const tag = Number(varint());
    fields.set(tag >> 3, [...(fields.get(tag >> 3) ?? []), read(tag & 7)]);
  }
  return fields;
}

/** The messages in a repeated field. */
export function messagesIn(message: ReadonlyMap<number, readonly Field[]>, number: number) {
  return bytesIn(message, number).map(readMessage);
}

export function bytesIn(message: ReadonlyMap<number, readonly Field[]>, number: number): readonly Buffer[] {
  return (message.get(number) ?? []).filter((field) => typeof field !== 'bigint');
}

export function numberIn(message: ReadonlyMap<number, readonly Field[]>, number: number): bigint {
  const [field] = message.get(number) ?? [];
  return typeof field === 'bigint' ? field : 0n;
}
