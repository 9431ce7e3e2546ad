/** Folds the segments of a log into its ledger: what every opening does. */

import { ByteReader, malformed } from '../../../base/bytes.ts'
import { FRAME_HEAD_BYTES, frameSize } from '../../../base/segments/frame.ts'
import { segmentName } from '../../../base/segments/names.ts'
import type { Joint, Reading, Walked } from '../../../base/segments/scan.ts'
import { readOp } from '../state/codec.ts'
import { decodeHead, encodeHead, type Head, TURN_FRAME } from '../state/head.ts'
import { Ledger } from '../state/ledger.ts'
import { liveBytes, oldestLive } from './live.ts'

export class LogReading implements Reading<Head> {
  readonly ledger = new Ledger()
  /** Bytes of each segment. */
  readonly sizes = new Map<number, number>()
  readonly #nowMs: number
  #first = 0
  #current = 0
  /** As the newest head says. */
  #oldest = 0

  constructor(nowMs: number) {
    this.#nowMs = nowMs
  }

  decodeHead(payload: Uint8Array): Head {
    const head = decodeHead(payload)
    this.#oldest = head.oldest
    return head
  }

  begin({ state }: Head): void {
    this.ledger.begin(state, this.#nowMs)
  }

  segment(number: number, sizeBytes: number): void {
    if (this.#first === 0) this.#first = number
    this.#current = number
    this.sizes.set(number, sizeBytes)
  }

  takeFrames({ bytes, from, to, shift }: Walked): void {
    const placeOf = (view: Uint8Array) => view.byteOffset - bytes.byteOffset + shift
    for (let at = from; at < to; ) {
      const end = at + frameSize(bytes, at)
      this.#take(bytes.subarray(at + FRAME_HEAD_BYTES, end), placeOf)
      at = end
    }
  }

  encodeHead(joint: Joint): Uint8Array {
    const next = this.#current + 1
    const oldest = oldestLive(liveBytes(this.ledger), next)
    return encodeHead({ ...joint, oldest, state: this.ledger.state })
  }

  finish(): void {
    if (this.#first > this.#oldest) {
      throw malformed(`${segmentName(this.#oldest)} is not there, and records are in it`)
    }
  }

  #take(payload: Uint8Array, placeOf: (view: Uint8Array) => number): void {
    const input = new ByteReader(payload)
    if (input.uint8() !== TURN_FRAME) throw malformed('a turn was expected')
    while (input.left > 0) {
      const op = readOp(input, this.#current, placeOf)
      if (!this.ledger.knows(op)) throw malformed(`there is a change (${op.kind}) of nothing known`)
      this.ledger.apply(op, this.#nowMs)
    }
  }
}
