/**
 * The message `Frame` of proto/raft.proto, coded by hand: a frame is bytes already, and the general
 * codec of Protocol Buffers would spend more on it than raft does. Its bytes on the wire are the
 * same; a test holds one against the other.
 */

/** Field 1, of the wire type that has a length. */
const TAG = 0x0a
const LENGTH_BYTES_MAX = 5

/** A copy, made when gRPC comes to it: a frame is not changed after it was sent. */
export function encodeFrame(frame: Uint8Array): Buffer {
  // The default value of a field is not sent.
  if (frame.length === 0) return Buffer.alloc(0)
  const head = headOf(frame.length)
  const message = Buffer.allocUnsafe(head.length + frame.length)
  message.set(head)
  message.set(frame, head.length)
  return message
}

function headOf(length: number): readonly number[] {
  const head = [TAG]
  let rest = length
  for (; rest > 127; rest >>>= 7) head.push((rest & 127) | 128)
  head.push(rest)
  return head
}

/** A view of the message, which is of no use to anybody else. */
export function decodeFrame(message: Uint8Array): Uint8Array {
  const { buffer, byteOffset, length } = message
  if (length === 0) return new Uint8Array(0)
  const head = headSize(message)
  return new Uint8Array(buffer as ArrayBuffer, byteOffset + head, length - head)
}

/** Throws unless one field, and nothing else, fills the message. */
function headSize(message: Uint8Array): number {
  let at = 1
  let length = 0
  let scale = 1
  for (let more = message[0] === TAG; more && at <= LENGTH_BYTES_MAX; scale *= 128) {
    const byte = message[at++] ?? 0
    length += (byte & 127) * scale
    more = byte > 127
    if (!more && at + length === message.length) return at
  }
  throw new RangeError('a message is no Frame of proto/raft.proto')
}
