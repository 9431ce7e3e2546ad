/**
 * The simulated body of the state store: rows that a process leaves behind, and the marks by which
 * the next one knows whether to believe them. Whether it does is decided by the very rule of the
 * real store (src/base/state-verdict.ts); its steps are those of src/io/level, in the same order.
 * What is written gathers in memory first, as there, and is lost with the process.
 */

import type { Disk, DiskErrorCode } from '../../../src/base/env.ts'
import { type GroupId, groupId } from '../../../src/base/ids.ts'
import type { OpenLog } from '../../../src/base/log-end.ts'
import { Guard } from '../../../src/base/segments/guard.ts'
import { partOf } from '../../../src/base/segments/names.ts'
import { writeWhole } from '../../../src/base/segments/whole-file.ts'
import type { StateChange, StateCut, StateRow, StateSpace } from '../../../src/base/state.ts'
import {
  judgeStore,
  LOG_ENDS_BEFORE,
  readClean,
  readRun,
  showClean,
  showRun,
  type Verdict,
} from '../../../src/base/state-verdict.ts'
import type { Batch, SimRows } from './rows.ts'

export interface StateParts {
  readonly disk: Disk
  readonly rows: SimRows
  /** The id of the log store that this state is made from. */
  readonly store: string
  readonly log: OpenLog
  /** undefined: unreadable. */
  readonly bootId: string | undefined
  /** Whatever is written, read or cleared takes its time. */
  later(happen: () => void): void
  /** Once; nothing is answered afterwards. */
  onFailed(code: DiskErrorCode): void
  /** The log ends before what the state was closed with; nothing is begun. */
  onLogLost(): void
}

const names = { clean: 'state-clean', run: 'state-run' } as const
/** Where the number of the last write stands: before every group's rows. */
const SERIAL_KEY = '\0'
const CUT_ROWS_MAX = 3

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** What is written and not yet in the rows: the last change of each key. */
type Ahead = Map<string, Uint8Array | undefined>

export class SimState {
  readonly verdict: Verdict
  readonly #parts: StateParts
  readonly #guard: Guard
  readonly #ahead: Ahead = new Map()
  #serial: number
  /** What gathers will be brought down. */
  #isDue = false

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
    const { store, bootId, rows, log } = parts
    files.read(names.clean, clean => {
      files.read(names.run, run => {
        const found = { clean: readClean(clean), run: readRun(run), lastWrite: serialOf(rows) }
        const verdict = judgeStore({ store, bootId, logEnd: log.foundEnd, ...found })
        const mark = () =>
          files.write(names.run, showRun({ store, bootId: bootId ?? '' }), () =>
            files.remove(names.clean, () => done(new SimState(parts, guard, verdict))),
          )
        if (verdict.why === LOG_ENDS_BEFORE) parts.onLogLost()
        else if (verdict.keep) mark()
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
    return new SimSpace(this, group, part)
  }

  /** Call it when the log is closed: the mark says that both are durable. */
  close(done: () => void): void {
    this.later(() => {
      const { rows, store, bootId, disk, log } = this.#parts
      this.#bringDown()
      rows.sync()
      const mark = { store, bootId: bootId ?? '', lastWrite: this.#serial, logEnd: log.end }
      new Marks(disk, this.#guard).write(names.clean, showClean(mark), done)
    })
  }

  get(key: string): Uint8Array | undefined {
    return this.#ahead.has(key) ? this.#ahead.get(key) : this.#parts.rows.get(key)
  }

  /** All whose keys begin so, in order. */
  under(prefix: string): readonly (readonly [string, Uint8Array])[] {
    const found = new Map(this.#parts.rows.under(prefix))
    for (const [key, value] of this.#ahead) {
      if (!key.startsWith(prefix)) continue
      if (value === undefined) found.delete(key)
      else found.set(key, value)
    }
    return [...found].sort(([a], [b]) => (a < b ? -1 : 1))
  }

  write(batch: Batch): void {
    for (const { key, value } of batch) this.#ahead.set(key, value)
    if (this.#isDue) return
    this.#isDue = true
    this.later(() => this.#bringDown())
  }

  later(happen: () => void): void {
    this.#parts.later(happen)
  }

  /** Removes rows in the order of their keys, behind all that was written; not all at once. */
  clear(prefix: string, done: () => void): void {
    this.later(() => {
      this.#bringDown()
      const gone = this.under(prefix).map(([key]) => ({ key, value: undefined }))
      const half = Math.ceil(gone.length / 2)
      this.#parts.rows.write(gone.slice(0, half))
      this.later(() => {
        this.#parts.rows.write(gone.slice(half))
        done()
      })
    })
  }

  #bringDown(): void {
    this.#isDue = false
    if (this.#ahead.size === 0) return
    const batch = [...this.#ahead].map(([key, value]) => ({ key, value }))
    const serial = { key: SERIAL_KEY, value: encoder.encode(String(++this.#serial)) }
    this.#parts.rows.write([...batch, serial])
    this.#ahead.clear()
  }
}

/** The rows of one part of one group. */
export class SimSpace implements StateSpace {
  readonly #state: SimState
  readonly #prefix: string

  constructor(state: SimState, group: GroupId, part: number) {
    this.#state = state
    this.#prefix = prefixOf(group, part)
  }

  get(key: Uint8Array): Uint8Array | undefined {
    return this.#state.get(this.#prefix + textOf(key))
  }

  write(changes: readonly StateChange[], done: () => void): void {
    this.#state.write(changes.map(({ key, value }) => ({ key: this.#prefix + textOf(key), value })))
    done()
  }

  clear(done: () => void): void {
    this.#state.clear(this.#prefix, done)
  }

  cut(): StateCut {
    const rows = [...this.rows()]
    let isClosed = false
    return {
      next: done => {
        const more = rows.splice(0, CUT_ROWS_MAX)
        this.#state.later(() => {
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
    return this.#state.under(this.#prefix).map(([key, value]) => {
      return { key: bytesOf(key.slice(this.#prefix.length)), value }
    })
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
