/**
 * The simulated blob store: whole objects by key, many clients, and calls that take their time, are
 * lost on the way or lose their answer. Of many who create one key, whoever arrives first did.
 */

import { isBlobKey } from '../../../src/base/blob-key.ts'
import type {
  BlobAnswer,
  BlobDone,
  BlobErrorCode,
  BlobList,
  BlobListRequest,
  BlobPart,
  BlobStore,
  PutCondition,
} from '../../../src/base/blob-store.ts'
import type { Prng } from '../../../src/base/prng.ts'
import type { EventQueue } from './clock.ts'
import { US_PER_MS } from './clock.ts'

export const blobFaults = {
  'lost-call': 'a call never arrives',
  'lost-answer': 'a call is carried out, and its answer never arrives',
  'late-call': 'a call arrives late, maybe when nobody waits for it any more',
  'store-down': 'a call or its answer meets a store that nobody reaches',
  'store-full': 'there is no room for an object',
} as const

export type BlobFaultKind = keyof typeof blobFaults
export const blobFaultKinds = Object.keys(blobFaults) as readonly BlobFaultKind[]

/** What may befall a single call. */
export type BlobFate = 'lost-call' | 'lost-answer' | 'late-call'
const FATES: readonly BlobFate[] = ['lost-call', 'lost-answer', 'late-call']

export type BlobCall = 'put' | 'get' | 'list' | 'remove'

export interface BlobProfile {
  /** Either way takes from the least to twice the mean. */
  readonly callMinUs: number
  readonly callMeanUs: number
  /** How long a client waits. */
  readonly answerMs: number
  readonly lateMsMax: number
  readonly fates: Readonly<Record<BlobFate, number>>
}

/** A store in good health. */
export const calmBlobs: BlobProfile = {
  callMinUs: 1000,
  callMeanUs: 5000,
  answerMs: 3000,
  lateMsMax: 6000,
  fates: { 'lost-call': 0, 'lost-answer': 0, 'late-call': 0 },
}

export interface BlobParts {
  readonly queue: EventQueue
  readonly prng: Prng
  readonly tally: { hit(kind: BlobFaultKind): void }
}

type Answer<T> = () => BlobAnswer<T>

const errors: Readonly<Record<BlobErrorCode, string>> = {
  'no-such-key': 'there is no object under this key',
  exists: 'there is an object under this key already',
  'bad-key': 'no object can have this key: use words of A-Z, a-z, 0-9, ., _, - and =, joined by /',
  'not-authorized': 'the store does not let us do this',
  full: 'the store has no room left',
  unavailable: 'the store did not answer in time',
}

const failed = (
  code: BlobErrorCode,
): { readonly error: { code: BlobErrorCode; message: string } } => {
  return { error: { code, message: errors[code] } }
}

export class SimBlobs {
  profile: BlobProfile
  /** Faults. */
  isDown = false
  isFull = false
  isDenied = false
  readonly #parts: BlobParts
  readonly #objects = new Map<string, Uint8Array>()
  #planned: { readonly call: BlobCall; readonly fate: BlobFate }[] = []

  constructor(profile: BlobProfile, parts: BlobParts) {
    this.profile = profile
    this.#parts = parts
  }

  /** For a process that may stand still or die: `admit` lets it take part, or not. */
  client(admit = (happen: () => void): void => happen()): BlobStore {
    return new SimBlobStore(this, admit)
  }

  /** Befalls the next such call. */
  plan(call: BlobCall, fate: BlobFate): void {
    this.#planned.push({ call, fate })
  }

  /** What truly is there, in order. */
  objects(): readonly (readonly [string, Uint8Array])[] {
    return [...this.#objects].sort(([a], [b]) => (a < b ? -1 : 1))
  }

  put(key: string, bytes: Uint8Array, condition: PutCondition): BlobAnswer<void> {
    if (this.isFull) {
      this.#parts.tally.hit('store-full')
      return failed('full')
    }
    if (condition === 'absent' && this.#objects.has(key)) return failed('exists')
    this.#objects.set(key, bytes)
    return { value: undefined }
  }

  get(key: string): BlobAnswer<Uint8Array> {
    const found = this.#objects.get(key)
    return found === undefined ? failed('no-such-key') : { value: found.slice() }
  }

  list({ prefix, after, limit }: BlobListRequest): BlobAnswer<BlobList> {
    const found = this.objects().filter(([key]) => key.startsWith(prefix) && key > after)
    const blobs = found.slice(0, limit).map(([key, bytes]) => ({ key, sizeBytes: bytes.length }))
    return { value: { blobs, isMore: found.length > blobs.length } }
  }

  remove(key: string): BlobAnswer<void> {
    this.#objects.delete(key)
    return { value: undefined }
  }

  /** Answered once: by the store, or by the client's own patience. */
  ask<T>(call: BlobCall, answer: Answer<T>, done: BlobDone<T>): void {
    const { queue } = this.#parts
    const fate = this.#fate(call)
    let isOver = false
    const finish = (given: BlobAnswer<T>): void => {
      if (isOver) return
      isOver = true
      done(given)
    }
    queue.after(this.profile.answerMs * US_PER_MS, { fire: () => finish(failed('unavailable')) })
    if (fate === 'lost-call') return
    this.#travel(fate === 'late-call', () => {
      const given = this.isDenied ? failed('not-authorized') : answer()
      if (fate !== 'lost-answer') this.#travel(false, () => finish(given))
    })
  }

  #fate(call: BlobCall): BlobFate | undefined {
    const { prng, tally } = this.#parts
    const at = this.#planned.findIndex(one => one.call === call)
    const planned = at < 0 ? undefined : this.#planned.splice(at, 1)[0]?.fate
    const drawn = FATES.filter(fate => prng.chance(this.profile.fates[fate]))[0]
    const fate = planned ?? drawn
    if (fate !== undefined) tally.hit(fate)
    return fate
  }

  #travel(isLate: boolean, arrive: () => void): void {
    const { queue, prng, tally } = this.#parts
    const { callMinUs, callMeanUs, lateMsMax } = this.profile
    const lateUs = isLate ? prng.below(lateMsMax * US_PER_MS) : 0
    queue.after(callMinUs + prng.below(2 * callMeanUs) + lateUs, {
      fire: () => {
        if (this.isDown) tally.hit('store-down')
        else arrive()
      },
    })
  }
}

/** The BlobStore door. */
class SimBlobStore implements BlobStore {
  readonly #blobs: SimBlobs
  readonly #admit: (happen: () => void) => void

  constructor(blobs: SimBlobs, admit: (happen: () => void) => void) {
    this.#blobs = blobs
    this.#admit = admit
  }

  put(key: string, bytes: Uint8Array, condition: PutCondition, done: BlobDone<void>): void {
    const copy = bytes.slice()
    this.#ask('put', key, () => this.#blobs.put(key, copy, condition), done)
  }

  get(key: string, done: BlobDone<Uint8Array>): void {
    this.#ask('get', key, () => this.#blobs.get(key), done)
  }

  getPart(key: string, { offset, sizeBytes }: BlobPart, done: BlobDone<Uint8Array>): void {
    const answer = (): BlobAnswer<Uint8Array> => {
      const found = this.#blobs.get(key)
      if (found.error !== undefined) return found
      return { value: found.value.slice(offset, offset + sizeBytes) }
    }
    this.#ask('get', key, answer, done)
  }

  list(request: BlobListRequest, done: BlobDone<BlobList>): void {
    this.#ask('list', undefined, () => this.#blobs.list(request), done)
  }

  remove(key: string, done: BlobDone<void>): void {
    this.#ask('remove', key, () => this.#blobs.remove(key), done)
  }

  #ask<T>(call: BlobCall, key: string | undefined, answer: Answer<T>, done: BlobDone<T>): void {
    const isBad = key !== undefined && !isBlobKey(key)
    const judged: Answer<T> = isBad ? () => failed('bad-key') : answer
    this.#blobs.ask(call, judged, given => this.#admit(() => done(given)))
  }
}
