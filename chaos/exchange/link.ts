/**
 * A stream from a reader to a group: frames on their way, what the group says back, and credit,
 * which comes to the reader in small pieces.
 */

import { costOf } from '../../src/engine/channels/credit.ts'
import { decodeFrame, type Frame } from '../../src/engine/channels/frame.ts'
import type { Hello, Rewind } from '../../src/engine/channels/reception.ts'
import type { PartitionReader } from './reader.ts'
import { SCHEMA } from './source.ts'

const PIECE_BYTES = 700

type Word = { readonly rewind: Rewind } | { readonly wanted: number } | { readonly taken: number }

export class Link {
  readonly reader: PartitionReader
  readonly #group: number
  readonly #down: Uint8Array[] = []
  readonly #up: Word[] = []
  readonly #begin: number
  #heardTo = 0
  #granted: number
  #told: number
  #sent = 0
  #wanted = 0
  /** From where the group has asked to begin again, as long as no frame does. */
  #asked: number | undefined

  constructor(reader: PartitionReader, group: number, hello: Hello, atMs: number) {
    this.reader = reader
    this.#group = group
    this.#begin = hello.cursor
    this.#granted = hello.bytes
    this.#told = Math.min(hello.bytes, PIECE_BYTES)
    reader.sender.onHello(group, { cursor: hello.cursor, bytes: this.#told }, atMs)
  }

  /** Whether there was credit for it. */
  onSent(bytes: Uint8Array): boolean {
    const may = this.#sent < this.#told
    this.#sent += costOf(bytes.length)
    this.#down.push(bytes)
    return may
  }

  next(): { readonly frame: Frame; readonly size: number } | undefined {
    const bytes = this.#down.shift()
    if (bytes === undefined) return undefined
    const frame = decodeFrame(bytes, () => SCHEMA)
    this.#heardTo = Math.max(this.#heardTo, frame.to)
    if (frame.from <= (this.#asked ?? -1)) this.#asked = undefined
    return { frame, size: bytes.length }
  }

  /** A stream loses nothing but its end; a frame that leaves a gap is missed all the same. */
  lose(size: number): void {
    const at = size % Math.max(this.#down.length, 1)
    const bytes = this.#down[at]
    const { from = 0, to = 0 } = bytes === undefined ? {} : decodeFrame(bytes, () => SCHEMA)
    if (from < to) this.#down.splice(at, 1)
  }

  onGranted(bytes: number): void {
    this.#granted = bytes
  }

  /** Whether it is the only one that is open. */
  onRewind(rewind: Rewind): boolean {
    const isOnly = this.#asked === undefined
    this.#asked = rewind.cursor
    this.#up.push({ rewind })
    return isOnly
  }

  /** A request that was on its way twice: the reader goes back, unasked. */
  repeat(by: number): void {
    // Cursors ascend: an older request is for less than the one that is open.
    const heardTo = Math.min(this.#heardTo, this.#asked ?? Infinity)
    const cursor = Math.max(this.#begin, heardTo - by)
    this.reader.sender.onRewind(this.#group, { cursor, reader: this.reader.name })
  }

  onTaken(taken: number): void {
    this.#up.push({ taken })
  }

  onWanted(wanted: number): void {
    if (wanted > this.#wanted) this.#up.push({ wanted })
    this.#wanted = Math.max(this.#wanted, wanted)
  }

  /** What the group said arrives; and so much more of the credit. */
  deliverUp(pieces: number): void {
    const { sender } = this.reader
    for (const word of this.#up.splice(0)) {
      if ('rewind' in word) sender.onRewind(this.#group, word.rewind)
      else if ('taken' in word) sender.onTaken(this.#group, word.taken)
      else sender.onEpochOpened(word.wanted)
    }
    this.#told = Math.max(this.#told, Math.min(this.#granted, this.#told + pieces * PIECE_BYTES))
    sender.onGrant(this.#group, this.#told)
  }

  close(): void {
    this.reader.sender.onStreamClosed(this.#group)
  }
}
