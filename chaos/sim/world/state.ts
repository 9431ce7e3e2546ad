/**
 * The simulated body of the state store: rows that a process leaves behind, and the marks by which
 * the next one knows whether to believe them. Whether it does is decided by the very rule of the
 * real store (src/base/state-verdict.ts); its steps are those of src/io/level, in the same order.
 */

import type { Disk, DiskErrorCode } from '../../../src/base/env.ts'
import { type GroupId, groupId } from '../../../src/base/ids.ts'
import type { StateChange, StateCut, StateRow, StateSpace } from '../../../src/base/state.ts'
import {
  judgeStore,
  readClean,
  readRun,
  showClean,
  showRun,
  type Verdict,
} from '../../../src/base/state-verdict.ts'
import { Guard } from '../../../src/raft/store/guard.ts'
import { partOf } from '../../../src/raft/store/names.ts'
import { writeWhole } from '../../../src/raft/store/whole-file.ts'
import type { Batch, SimRows } from './rows.ts'

export interface StateParts {
  readonly disk: Disk
  readonly rows: SimRows
  /** The id of the log store that this state is made from. */
  readonly store: string
  /** undefined: unreadable. */
  readonly bootId: string | undefined
  /** A write takes its time. */
  later(happen: () => void): void
  /** Once; nothing is answered afterwards. */
  onFailed(code: DiskErrorCode): void
}

const names = { clean: 'state-clean', run: 'state-run' } as const
/** Where the number of the last write stands: before every group's rows. */
const SERIAL_KEY = '\0'
const CUT_ROWS_MAX = 3

const encoder = new TextEncoder()
const decoder = new TextDecoder()

interface Queued {
  readonly batch: Batch
  readonly done: () => void
}

export class SimState {
  readonly verdict: Verdict
  readonly #parts: StateParts
  readonly #guard: Guard
  #serial: number
  #queue: Queued[] = []
  #isWriting = false
  #onIdle: (() => void) | undefined

  private constructor(parts: StateParts, guard: Guard, verdict: Verdict) {
    this.#parts = parts
    this.#guard = guard
    this.verdict = verdict
    this.#serial = serialOf(parts.rows)
  }

  /** Judges what is there, throws it away if need be, and marks that a run has begun. */
  static begin(parts: StateParts, done: (state: SimState) => void): void {
    const guard = new Guard(code => parts.onFailed(code))
    const files = new Marks(parts.disk, guard)
    const { store, bootId, rows } = parts
    files.read(names.clean, clean => {
      files.read(names.run, run => {
        const found = { clean: readClean(clean), run: readRun(run), lastWrite: serialOf(rows) }
        const verdict = judgeStore({ store, bootId, ...found })
        const mark = () =>
          files.write(names.run, showRun({ store, bootId: bootId ?? '' }), () =>
            files.remove(names.clean, () => done(new SimState(parts, guard, verdict))),
          )
        if (verdict.keep) mark()
        else {
          files.remove(names.clean, () =>
            files.remove(names.run, () => {
              rows.wipe()
              mark()
            }),
          )
        }
      })
    })
  }

  space(group: GroupId, part: number): SimSpace {
    return new SimSpace(this.#parts.rows, group, part, (batch, done) => this.#write(batch, done))
  }

  /** Call it when the log is closed: the mark says that both are durable. */
  close(done: () => void): void {
    this.#idle(() => {
      const { rows, store, bootId, disk } = this.#parts
      rows.sync()
      const mark = { store, bootId: bootId ?? '', lastWrite: this.#serial }
      new Marks(disk, this.#guard).write(names.clean, showClean(mark), done)
    })
  }

  /** One write at a time, which those that come meanwhile join. */
  #write(batch: Batch, done: () => void): void {
    this.#queue.push({ batch, done })
    if (!this.#isWriting) this.#writeQueued()
  }

  #writeQueued(): void {
    const turn = this.#queue
    this.#queue = []
    this.#isWriting = true
    this.#parts.later(() => {
      const serial = { key: SERIAL_KEY, value: encoder.encode(String(++this.#serial)) }
      this.#parts.rows.write([...turn.flatMap(({ batch }) => batch), serial])
      this.#isWriting = false
      for (const { done } of turn) done()
      if (this.#queue.length > 0 && !this.#isWriting) this.#writeQueued()
      if (!this.#isWriting) this.#onIdle?.()
    })
  }

  #idle(done: () => void): void {
    if (this.#isWriting) this.#onIdle = done
    else done()
  }
}

/** The rows of one part of one group. */
export class SimSpace implements StateSpace {
  readonly #rows: SimRows
  readonly #prefix: string
  readonly #write: (batch: Batch, done: () => void) => void

  constructor(
    rows: SimRows,
    group: GroupId,
    part: number,
    write: (batch: Batch, done: () => void) => void,
  ) {
    this.#rows = rows
    this.#prefix = prefixOf(group, part)
    this.#write = write
  }

  get(key: Uint8Array): Uint8Array | undefined {
    return this.#rows.get(this.#prefix + textOf(key))
  }

  write(changes: readonly StateChange[], done: () => void): void {
    const batch = changes.map(({ key, value }) => ({ key: this.#prefix + textOf(key), value }))
    this.#write(batch, done)
  }

  clear(done: () => void): void {
    const gone = this.#found().map(([key]) => ({ key, value: undefined }))
    const half = Math.ceil(gone.length / 2)
    this.#write(gone.slice(0, half), () => this.#write(gone.slice(half), done))
  }

  cut(): StateCut {
    const rows = [...this.rows()]
    let isClosed = false
    return {
      next: done => {
        const more = rows.splice(0, CUT_ROWS_MAX)
        this.#write([], () => {
          if (!isClosed) done(more)
        })
      },
      close: () => {
        isClosed = true
      },
    }
  }

  /** All at once: what a machine that keeps its state in memory begins with. */
  rows(): readonly StateRow[] {
    return this.#found().map(([key, value]) => {
      return { key: bytesOf(key.slice(this.#prefix.length)), value }
    })
  }

  #found(): readonly (readonly [string, Uint8Array])[] {
    return this.#rows.under(this.#prefix)
  }
}

/** Small files that are the old one or the new one, whatever happens. */
class Marks {
  readonly #disk: Disk
  readonly #guard: Guard

  constructor(disk: Disk, guard: Guard) {
    this.#disk = disk
    this.#guard = guard
  }

  read(name: string, done: (text: string | undefined) => void): void {
    const taken = this.#guard.value<Uint8Array>(bytes => done(decoder.decode(bytes)))
    this.#disk.read(name, answer => {
      if (answer.error === 'no-such-file') done(undefined)
      else taken(answer)
    })
  }

  write(name: string, text: string, done: () => void): void {
    const parts = { disk: this.#disk, guard: this.#guard }
    const write = () =>
      writeWhole(parts, name, encoder.encode(text), file => file.close(this.#guard.step(done)))
    this.#disk.remove(partOf(name), this.#guard.removed(write))
  }

  remove(name: string, done: () => void): void {
    const settle = () => this.#disk.syncFolder(this.#guard.step(done))
    this.#disk.remove(name, this.#guard.removed(settle))
  }
}

function serialOf(rows: SimRows): number {
  return Number(decoder.decode(rows.get(SERIAL_KEY) ?? encoder.encode('0')))
}

/** The highest byte first: groups lie in the order of their numbers. */
function prefixOf(group: GroupId, part: number): string {
  const prefix = new Uint8Array(5)
  new DataView(prefix.buffer).setUint32(0, groupId(group))
  prefix[4] = part
  return textOf(prefix)
}

function textOf(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes)
}

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, character => character.charCodeAt(0))
}
