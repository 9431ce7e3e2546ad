/**
 * Test support: a state that is the list of all it was given, which may be slow in two ways: it
 * takes its time within a call (and with it everybody's), or it answers later.
 */

import type { Clock } from '../../../base/env.ts'
import type { ByteSource } from '../../../base/source.ts'
import type { Entry, Image } from '../../types.ts'
import type { GroupMachine } from '../machine.ts'
import { joined, sourceOf } from './source.ts'
import type { ManualClock } from './world.ts'

export class ListMachine implements GroupMachine {
  appliedIndex = 0
  lines: string[] = []
  batches: number[] = []
  restored: number[] = []
  isClosed = false
  /** Somebody wants an image, and waits for its word: called when a test wants it. */
  readonly asked: (() => void)[] = []
  /** It answers that by itself. */
  isSettled = true
  /** Each entry holds up the whole process for so long. */
  workMs = 0
  /** A batch is done so much later; undefined: before the call returns. */
  laterMs: number | undefined
  #isBusy = false
  readonly #world: ManualClock
  #clock: Clock

  constructor(world: ManualClock, clock: Clock = world) {
    this.#world = world
    this.#clock = clock
  }

  apply(entries: readonly Entry[], done: (results: readonly unknown[]) => void): void {
    this.#mustBeFree()
    this.#isBusy = true
    this.batches.push(entries.length)
    this.#world.stall(this.workMs * entries.length)
    const finish = () => {
      this.#isBusy = false
      done(entries.map(entry => this.#take(entry)))
    }
    if (this.laterMs === undefined) finish()
    else this.#clock.after(this.laterMs, finish)
  }

  beforeCut(done: () => void): void {
    if (this.isSettled) done()
    else this.asked.push(done)
  }

  cut(): ByteSource {
    this.#mustBeFree()
    return sourceOf(new TextEncoder().encode(JSON.stringify([this.appliedIndex, this.lines])))
  }

  restore(_image: Image, source: ByteSource, done: (isWhole: boolean) => void): void {
    this.#mustBeFree()
    // What was there goes first: whoever asks meanwhile sees nothing.
    this.appliedIndex = 0
    this.lines = []
    joined(source, bytes => {
      if (bytes === undefined) {
        done(false)
        return
      }
      const [index, lines] = JSON.parse(new TextDecoder().decode(bytes)) as [number, string[]]
      this.appliedIndex = index
      this.lines = lines
      this.restored.push(index)
      done(true)
    })
  }

  close(done: () => void): void {
    this.#mustBeFree()
    this.isClosed = true
    done()
  }

  /** Its process is gone, and with it what was being worked on; it goes on in another one. */
  outlive(clock: Clock): void {
    this.#clock = clock
    this.#isBusy = false
  }

  /** The data entries, as text. */
  get data(): readonly string[] {
    return this.lines.filter(line => line !== '')
  }

  #take(entry: Entry): string {
    if (entry.index !== this.appliedIndex + 1) throw new Error(`a gap before ${entry.index}`)
    const text = entry.kind === 'data' ? new TextDecoder().decode(entry.data) : ''
    this.appliedIndex = entry.index
    this.lines.push(text)
    return `did ${text}`
  }

  #mustBeFree(): void {
    if (this.#isBusy || this.isClosed) throw new Error('the machine is asked one thing at a time')
  }
}
