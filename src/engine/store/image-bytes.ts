/**
 * An image as bytes, for files and for the way to another node: a head, rows in slices, an end,
 * each a chunk of
 *
 *   uint32  size of what follows the checksum
 *   uint32  CRC-32C of what follows it, begun with the checksum of the chunk before
 *   uint8   kind: 1 head, 2 rows, 3 end
 *   body    head: format, number of rows, the caller's bytes; rows: a slice; end: number of chunks
 *
 * The checksums are a chain, so that chunks can be neither missing nor in another order. The writer
 * trusts its image; the reader trusts nobody, and takes the bytes in whatever pieces they come.
 */

import { ByteReader, ByteWriter, MALFORMED_BYTES } from '../../base/bytes.ts'
import { crc32c } from '../../base/crc32c.ts'
import { invariant, WeirError } from '../../base/errors.ts'
import { IMAGE_CHUNK_BYTES, KEY_BYTES_MAX, VALUE_BYTES_MAX } from './bounds.ts'
import { DeltaReader } from './delta.ts'
import type { Rows } from './entry.ts'
import type { ImageView } from './image.ts'
import type { RowSlices } from './slices.ts'

const FORMAT = 1
const HEAD = 1
const ROWS = 2
const END = 3
/** Size and checksum. */
const FRAME_BYTES = 8
/** The kind, and a row of the largest key and value with its sizes. */
const CHUNK_BYTES_MAX = VALUE_BYTES_MAX + KEY_BYTES_MAX + 16
const NO_BYTES = new Uint8Array(0)
const ABOUT_BYTES_MAX = 2 ** 16

export interface ImageHead {
  /** Number of rows. */
  readonly rows: number
  /** Whatever the caller has to say of the image: index, digest. */
  readonly about: Uint8Array
}

/** Chunk by chunk, so that nobody holds the whole. */
export class ImageWriter {
  readonly #image: ImageView
  readonly #slices: RowSlices
  readonly #about: Uint8Array
  #next: typeof HEAD | typeof ROWS | typeof END | undefined = HEAD
  #chunks = 0
  #crc = 0

  constructor(image: ImageView, about: Uint8Array = NO_BYTES, chunkBytes = IMAGE_CHUNK_BYTES) {
    invariant(about.length <= ABOUT_BYTES_MAX, 'what-is-said-of-an-image-is-short', about.length)
    invariant(chunkBytes < CHUNK_BYTES_MAX, 'a-chunk-is-bounded', chunkBytes)
    this.#image = image
    this.#about = about
    this.#slices = image.rows(chunkBytes)
  }

  /** `undefined`: that was all. */
  next(): Uint8Array | undefined {
    switch (this.#next) {
      case HEAD:
        this.#next = ROWS
        return this.#chunk(HEAD, this.#head())
      case ROWS:
        return this.#rows()
      case END:
        this.#next = undefined
        return this.#chunk(END, new ByteWriter().varint(this.#chunks).finish())
      default:
        return undefined
    }
  }

  #head(): Uint8Array {
    return new ByteWriter().varint(FORMAT).varint(this.#image.size).bytes(this.#about).finish()
  }

  #rows(): Uint8Array | undefined {
    const slice = this.#slices.next()
    if (slice !== undefined) return this.#chunk(ROWS, slice)
    this.#next = END
    return this.next()
  }

  #chunk(kind: number, body: Uint8Array): Uint8Array {
    const chunk = new Uint8Array(FRAME_BYTES + 1 + body.length)
    chunk[FRAME_BYTES] = kind
    chunk.set(body, FRAME_BYTES + 1)
    this.#crc = crc32c(chunk.subarray(FRAME_BYTES), this.#crc)
    this.#chunks++
    putUint32(chunk, 0, 1 + body.length)
    putUint32(chunk, 4, this.#crc)
    return chunk
  }
}

/** What is malformed throws `malformed-bytes`, and nothing else does. */
export class ImageReader {
  #head: ImageHead | undefined
  #isDone = false
  #bytes = new Uint8Array(0)
  /** Bytes not yet taken: from here to there. */
  #start = 0
  #end = 0
  #chunks = 0
  #rows = 0
  #crc = 0
  readonly #reader = new DeltaReader()

  /** As soon as it was read. */
  get head(): ImageHead | undefined {
    return this.#head
  }

  /** The next piece, of any size. What `next` gave is void; it had nothing more to give. */
  add(piece: Uint8Array): void {
    const left = this.#end - this.#start
    if (left + piece.length > this.#bytes.length) {
      const grown = new Uint8Array(left + piece.length)
      grown.set(this.#bytes.subarray(this.#start, this.#end))
      this.#bytes = grown
    } else this.#bytes.copyWithin(0, this.#start, this.#end)
    this.#bytes.set(piece, left)
    this.#start = 0
    this.#end = left + piece.length
  }

  /** Some rows, all of them checked; `undefined`: no more without another piece. */
  next(): Rows | undefined {
    for (let chunk = this.#take(); chunk !== undefined; chunk = this.#take()) {
      check(!this.#isDone, 'bytes stand behind the end')
      if (this.#open(chunk[0], chunk.subarray(1))) return this.#reader
    }
    return undefined
  }

  /** There are no more pieces: throws unless the image was whole. */
  finish(): void {
    check(this.#isDone && this.#start === this.#end, 'the image ends too early')
  }

  /** Kind and body of the next chunk, if all of it is there. */
  #take(): Uint8Array | undefined {
    const start = this.#start + FRAME_BYTES
    if (start > this.#end) return undefined
    const frame = new ByteReader(this.#bytes.subarray(this.#start, start))
    const size = frame.uint32()
    check(size > 0 && size <= CHUNK_BYTES_MAX, 'a chunk has no size that a chunk can have')
    if (start + size > this.#end) return undefined
    const chunk = this.#bytes.subarray(start, start + size)
    this.#crc = crc32c(chunk, this.#crc)
    check(frame.uint32() === this.#crc, 'a checksum is wrong')
    this.#start = start + size
    this.#chunks++
    return chunk
  }

  /** True: there are rows in it. */
  #open(kind: number | undefined, body: Uint8Array): boolean {
    const isFirst = this.#chunks === 1
    check(isFirst === (kind === HEAD), 'a head is first, and nothing else is')
    if (kind === HEAD) this.#openHead(body)
    else if (kind === END) this.#openEnd(body)
    else check(kind === ROWS, 'a chunk is of no kind that is known')
    if (kind !== ROWS) return false
    this.#countRows(body)
    this.#reader.open(body)
    return true
  }

  #openHead(body: Uint8Array): void {
    const reader = new ByteReader(body)
    check(reader.varint() === FORMAT, 'the image is of another format')
    const rows = reader.varint()
    this.#head = { rows, about: reader.bytes().slice() }
    reader.done()
  }

  #openEnd(body: Uint8Array): void {
    const reader = new ByteReader(body)
    check(reader.varint() === this.#chunks - 1, 'chunks are missing')
    reader.done()
    check(this.#rows === this.#head?.rows, 'rows are missing')
    this.#isDone = true
  }

  #countRows(body: Uint8Array): void {
    this.#reader.open(body)
    while (this.#reader.next()) {
      check(this.#reader.valueSize >= 0, 'a row has no value')
      this.#rows++
    }
  }
}

function check(holds: boolean, what: string): void {
  if (holds) return
  throw new WeirError(MALFORMED_BYTES, `${what}; the image was damaged or is of another format`)
}

/** Little endian. */
function putUint32(bytes: Uint8Array, at: number, value: number): void {
  for (let i = 0; i < 4; i++) bytes[at + i] = value >>> (8 * i)
}
