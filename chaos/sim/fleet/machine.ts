/**
 * The simulated machine as the real host sees it: entries and images take their time, images come
 * in pieces. Nothing answers a process that is dead, and one that stands still hears of it later.
 * With rows it keeps its state in them as the product's machines do: what a batch changes and the
 * index behind it in one write, and no index while an image is loaded.
 */

import type { Prng } from '../../../src/base/prng.ts'
import type { ByteSource, Piece } from '../../../src/base/source.ts'
import type { GroupMachine } from '../../../src/raft/host/machine.ts'
import type { Entry, Image } from '../../../src/raft/types.ts'
import type { Life } from '../host/life.ts'
import { type ApplyResult, type Machine, TestMachine } from '../machine.ts'
import { type EventQueue, US_PER_MS } from '../world/clock.ts'
import type { SimSpace } from '../world/state.ts'
import { stateRows } from './state-rows.ts'

export interface MachineProfile {
  /** What is asked of the machine takes up to so long. */
  readonly delayUs: number
  readonly pieceBytesMax: number
  /** How often somebody reads while it is at work: of so many times that it begins. */
  readonly looks: number
  /** A large state: an image takes up to so long to load. Missing: as long as a few batches. */
  readonly loadMs?: number
}

/** An image is loaded in up to as many times what a batch takes, and no longer than this. */
const LOAD_DELAYS = 40
const LOAD_US_MAX = 200_000

interface Kept {
  readonly space: SimSpace
  readonly state: TestMachine
}

export interface MachineParts {
  readonly queue: EventQueue
  readonly prng: Prng
  readonly life: Life
  /** As before the first entry. */
  readonly state: Machine
  /** Where the clients' machine outlives the process; else all is built anew from image and log. */
  readonly space?: SimSpace | undefined
  onApplied(entry: Entry, result: ApplyResult): void
  /** It begins what may take so long: entries, or an image in the place of all it has. */
  onBusy(forUs: number): void
}

export class FleetMachine implements GroupMachine {
  readonly #kept: Kept | undefined
  readonly #profile: MachineProfile
  readonly #parts: MachineParts

  constructor(profile: MachineProfile, parts: MachineParts) {
    this.#profile = profile
    this.#parts = parts
    const { space, state } = parts
    if (space === undefined || !(state instanceof TestMachine)) return
    this.#kept = { space, state }
    stateRows.load(space, state)
  }

  get state(): Machine {
    return this.#parts.state
  }

  get appliedIndex(): number {
    return this.state.appliedIndex
  }

  apply(entries: readonly Entry[], done: (results: readonly unknown[]) => void): void {
    this.#parts.onBusy(this.#profile.delayUs)
    const half = Math.floor(entries.length / 2)
    const results: ApplyResult[] = []
    const work = (some: readonly Entry[]): void => {
      for (const entry of some) {
        const result = this.state.apply(entry)
        results.push(result)
        this.#parts.onApplied(entry, result)
      }
    }
    const finish = (): void => {
      work(entries.slice(half))
      this.#keep(entries, () => done(results))
    }
    // Whoever looks meanwhile sees a state that is half way.
    const begin = (): void => {
      work(entries.slice(0, half))
      this.#later(finish)
    }
    this.#later(half > 0 ? begin : finish)
  }

  cut(): ByteSource {
    const bytes = this.state.snapshot()
    let at = 0
    return {
      next: done => {
        const piece = this.#piece(bytes, at)
        at += piece.kind === 'bytes' ? piece.bytes.length : 0
        this.#later(() => done(piece))
      },
      close: () => {},
    }
  }

  restore(_image: Image, source: ByteSource, done: (isWhole: boolean) => void): void {
    const pieces: Uint8Array[] = []
    const pull = (): void => {
      source.next(piece => {
        if (piece.kind === 'bytes') {
          pieces.push(piece.bytes)
          pull()
          return
        }
        source.close()
        if (piece.kind === 'end') this.#load(pieces, () => done(true))
        else done(false)
      })
    }
    // As the product's machines do: what was there goes first, whoever asks meanwhile sees nothing.
    this.state.empty()
    this.#parts.onBusy(this.#loadUs)
    if (this.#kept === undefined) pull()
    else stateRows.void(this.#kept.space, pull)
  }

  close(done: () => void): void {
    this.#later(done)
  }

  #keep(entries: readonly Entry[], done: () => void): void {
    if (this.#kept === undefined) done()
    else stateRows.keep(this.#kept.space, this.#kept.state, entries, done)
  }

  #load(pieces: readonly Uint8Array[], done: () => void): void {
    const load = (): void => {
      this.state.restore(joined(pieces))
      if (this.#kept === undefined) done()
      else stateRows.keepAll(this.#kept.space, this.#kept.state, done)
    }
    this.#later(load, this.#loadUs)
  }

  get #loadUs(): number {
    const { delayUs, loadMs = 0 } = this.#profile
    return Math.max(loadMs * US_PER_MS, Math.min(LOAD_DELAYS * delayUs, LOAD_US_MAX))
  }

  #piece(bytes: Uint8Array, at: number): Piece {
    if (at === bytes.length) return { kind: 'end' }
    const size = 1 + this.#parts.prng.below(this.#profile.pieceBytesMax)
    return { kind: 'bytes', bytes: bytes.slice(at, at + size) }
  }

  #later(happen: () => void, delayUsMax = this.#profile.delayUs): void {
    const { life, queue, prng } = this.#parts
    life.later(queue, 1 + prng.below(delayUsMax), happen)
  }
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0))
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}
