/**
 * Where the newest epoch that this group knows cuts what it sends: the sources that it reads, by
 * entries of their own, and the outputs that it has for other stages, where its own barrier stands.
 * Part of the replicated state, so that whoever leads next repeats barriers at the same places.
 */

import { type ByteReader, type ByteWriter, malformed } from '../base/bytes.ts'
import { SINKS_MAX } from '../engine/batch/entry.ts'
import { CHANNELS_MAX } from '../engine/channels/bounds.ts'
import { readAfter } from '../engine/channels/wire.ts'
import type { BarrierAt } from '../engine/exchange/mark.ts'
import type { Place } from './command.ts'

/** Behind the batch of this seq: it leaves when that is released. */
export interface OutboxPlace extends BarrierAt {
  readonly seq: number
}

export class Places {
  /** 0: none is known. */
  #epoch = 0
  /** Offsets of sources, by the first channel of their reader. */
  readonly #sources = new Map<number, number>()
  /** Outputs before the barrier, by the name of the exchange; missing: it is not cut here yet. */
  #cut: { readonly seq: number; readonly outputs: ReadonlyMap<string, number> } | undefined

  get epoch(): number {
    return this.#epoch
  }

  /** The first that is committed for an epoch and a reader counts. */
  mark({ epoch, channel, offset }: Place): 'done' | 'again' | 'older' {
    if (epoch < this.#epoch) return 'older'
    this.#begin(epoch)
    if (this.#sources.has(channel)) return 'again'
    this.#sources.set(channel, offset)
    return 'done'
  }

  /** The group has cut the epoch behind so many outputs of each exchange. */
  cut(epoch: number, seq: number, outputs: ReadonlyMap<string, number>): void {
    if (epoch < this.#epoch) return
    this.#begin(epoch)
    this.#cut ??= { seq, outputs }
  }

  ofSource(channel: number): BarrierAt | undefined {
    const offset = this.#sources.get(channel)
    return offset === undefined ? undefined : { epoch: this.#epoch, offset }
  }

  ofExchange(name: string): OutboxPlace | undefined {
    const cut = this.#cut
    if (cut === undefined) return undefined
    return { epoch: this.#epoch, seq: cut.seq, offset: cut.outputs.get(name) ?? 0 }
  }

  #begin(epoch: number): void {
    if (epoch === this.#epoch) return
    this.#epoch = epoch
    this.#sources.clear()
    this.#cut = undefined
  }

  write(out: ByteWriter): void {
    out.varint(this.#epoch).varint(this.#sources.size)
    let before = 0
    for (const [channel, offset] of [...this.#sources].sort(([one], [other]) => one - other)) {
      out.varint(channel - before).varint(offset)
      before = channel
    }
    const outputs = [...(this.#cut?.outputs ?? [])].sort(([a], [b]) => (a < b ? -1 : 1))
    out.uint8(this.#cut === undefined ? 0 : 1)
    if (this.#cut === undefined) return
    out.varint(this.#cut.seq).varint(outputs.length)
    for (const [name, offset] of outputs) out.text(name).varint(offset)
  }

  static read(input: ByteReader): Places {
    const places = new Places()
    places.#epoch = input.varint()
    const count = input.varint()
    if (count > CHANNELS_MAX) throw malformed('an epoch has too many places')
    let channel = 0
    for (let left = count; left > 0; left--) {
      channel = readAfter(input, channel)
      places.#sources.set(channel, input.varint())
    }
    if (input.uint8() === 0) return places
    const seq = input.varint()
    const size = input.varint()
    if (size > SINKS_MAX) throw malformed('an epoch has too many exchanges')
    const outputs = new Map<string, number>()
    for (let left = size; left > 0; left--) outputs.set(input.text(), input.varint())
    places.#cut = { seq, outputs }
    return places
  }
}
