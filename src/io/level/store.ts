/**
 * The state store of a node on LevelDB: a cache of the log, never synced while it runs. Whether
 * what is found may be used says src/base/state-verdict.ts; this file reads the facts and carries
 * the verdict out.
 * Nothing of it is looked at, nor thrown away, but under the lock of the data folder (lock.ts).
 *
 * Writes of all groups gather in memory before the database gets them (ahead.ts), one batch at a
 * time: so a lone write costs no trip to another thread, a row that changes often is written once,
 * and the store takes one thread of the pool and can never keep the log's sync waiting. What a
 * killed process had gathered is in the log.
 */

import { rmSync } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Level } from 'level'
import { WeirError } from '../../base/errors.ts'
import type { GroupId } from '../../base/ids.ts'
import type { OpenLog } from '../../base/log-end.ts'
import type { StateChange, StateSpace } from '../../base/state.ts'
import {
  judgeStore,
  LOG_ENDS_BEFORE,
  readClean,
  readRun,
  showClean,
  showRun,
  type Verdict,
} from '../../base/state-verdict.ts'
import { diskTrouble, stateTrouble } from '../disk-trouble.ts'
import { readSmallFile, removeSmallFile, syncFolder, writeSmallFile } from '../small-file.ts'
import { Ahead, type Layer } from './ahead.ts'
import { codeOf, FolderLock, inUse, isLocked, saidBy } from './lock.ts'
import { type Database, LevelSpace, type Range, type Rows } from './space.ts'

export interface LevelOptions {
  /** The node's data folder; it is there. */
  readonly folder: string
  /** The id of the log store that this state is made from. */
  readonly store: string
  readonly log: OpenLog
  /** undefined: unreadable. */
  readonly bootId: string | undefined
  /** Once, when the store cannot write or read any more; nothing is answered afterwards. */
  onFailed(error: unknown): void
}

const names = { rows: 'state', clean: 'state-clean', run: 'state-run' } as const

/** Where the number of the last write stands: before every group's rows. */
const SERIAL_KEY = Uint8Array.of(0)

/** Written rows wait for others so long, or until there are so many bytes of them. */
const GATHER_MS = 50
const GATHER_BYTES = 1024 * 1024
/** Whoever writes more than this ahead of the database waits for it. */
export const AHEAD_BYTES_MAX = 8 * GATHER_BYTES

type Step = (next: () => void) => void

export interface LockedFolder {
  readonly folder: string
  readonly lock: FolderLock
  readonly database: Database
}

/** Takes the lock on the data folder, and nothing else: what it holds is judged by `begin`. */
export async function lockFolder(folder: string): Promise<LockedFolder> {
  const lock = await FolderLock.take(folder)
  try {
    return { folder, lock, database: await openedOrMade(folder) }
  } catch (error) {
    await lock.release()
    throw error
  }
}

/** In peace, before a run has begun. */
export async function unlockFolder({ database, lock }: LockedFolder): Promise<void> {
  await database.close()
  await lock.release()
}

async function openedOrMade(folder: string): Promise<Database> {
  const path = join(folder, names.rows)
  try {
    return await opened(path)
  } catch (error) {
    if (isLocked(error)) throw inUse(folder)
    if (!isCorrupt(error)) throw cannotOpen(folder, error)
    // A store that the machine's fall has damaged: a cache, so it is made anew.
    await forgetMarks(folder)
    await rm(path, { recursive: true })
    return await opened(path)
  }
}

export class LevelStore implements Rows {
  readonly verdict: Verdict
  readonly #options: LevelOptions
  readonly #lock: FolderLock
  #database: Database
  #serial: number
  readonly #ahead = new Ahead()
  /** One at a time, in order: layers on their way down, and what must come behind them. */
  readonly #steps: Step[] = []
  #held: (() => void)[] = []
  #timer: NodeJS.Timeout | undefined
  #isDue = false
  #isBusy = false
  #hasFailed = false
  #isClosing = false
  #onIdle: (() => void) | undefined

  private constructor(options: LevelOptions, locked: LockedFolder, verdict: Verdict) {
    const { database, lock } = locked
    this.#options = options
    this.#lock = lock
    this.#database = database
    this.#serial = serialOf(database)
    this.verdict = verdict
  }

  /**
   * Judges what is there, throws it away if need be, and marks that a run has begun. Rejects with
   * `log-lost`, and touches nothing, when it is the log that has lost something.
   */
  static async begin(locked: LockedFolder, options: LevelOptions): Promise<LevelStore> {
    const { folder, store, bootId, log } = options
    const clean = readClean(await readSmallFile(join(folder, names.clean)))
    const run = readRun(await readSmallFile(join(folder, names.run)))
    const lastWrite = foundSerial(locked)
    const { foundEnd: logEnd } = log
    const verdict = judgeStore({ store, bootId, clean, run, lastWrite, logEnd })
    if (verdict.why === LOG_ENDS_BEFORE) throw logLost()
    let { database } = locked
    if (!verdict.keep) {
      await forgetMarks(folder)
      await database.close()
      await rm(join(folder, names.rows), { recursive: true })
      database = await openedOrMade(folder)
    }
    await writeSmallFile(join(folder, names.run), showRun({ store, bootId: bootId ?? '' }))
    await removeSmallFile(join(folder, names.clean))
    return new LevelStore(options, { ...locked, database }, verdict)
  }

  get database(): Database {
    return this.#database
  }

  /** Parts of one group do not see each other's rows. */
  space(group: GroupId, part: number): StateSpace {
    return new LevelSpace(this, group, part)
  }

  get(key: Uint8Array): Uint8Array | undefined {
    const ahead = this.#ahead.find(key)
    return ahead === undefined ? this.#read(key) : ahead.value
  }

  write(changes: readonly StateChange[], done: () => void): void {
    if (this.#hasFailed) return
    this.#ahead.add(changes)
    // Also while another batch is on its way: none is to become much larger.
    if (this.#ahead.openBytes >= GATHER_BYTES) this.#seal()
    else this.#timer ??= setTimeout(() => this.#bringDown(), GATHER_MS)
    if (this.#ahead.bytes <= AHEAD_BYTES_MAX) done()
    else this.#held.push(done)
  }

  clear(range: Range, done: () => void): void {
    this.#behindAll(next => {
      const onCleared = () => {
        done()
        next()
      }
      this.#database.clear(range).then(onCleared, error => this.onFailed(error))
    })
  }

  whenDown(take: () => void): void {
    this.#behindAll(next => {
      take()
      next()
    })
  }

  onFailed(error: unknown): void {
    // Cuts that are still read when the store closes break off.
    if (this.#hasFailed || this.#isClosing) return
    this.#hasFailed = true
    if (isCorrupt(error)) distrust(this.#options.folder)
    this.#options.onFailed(error)
    this.#onIdle?.()
  }

  /** Call it when the log is closed: the mark says that both are durable. */
  async close(): Promise<void> {
    await this.#idle()
    clearTimeout(this.#timer)
    this.#isClosing = true
    await this.#database.close()
    if (!this.#hasFailed) await this.#markClean()
    await this.#lock.release()
  }

  async #markClean(): Promise<void> {
    const { folder, store, bootId, log } = this.#options
    await syncFiles(join(folder, names.rows))
    const mark = { store, bootId: bootId ?? '', lastWrite: this.#serial, logEnd: log.end }
    await writeSmallFile(join(folder, names.clean), showClean(mark))
  }

  /** Nothing can be answered without the row: whoever asks gets no further. */
  #read(key: Uint8Array): Uint8Array | undefined {
    try {
      return this.#database.getSync(key)
    } catch (error) {
      this.onFailed(error)
      throw stateTrouble(error)
    }
  }

  /** As soon as nothing else is under way: what gathers until then goes too. */
  #bringDown(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#isDue = true
    this.#pump()
  }

  /** When all that was written so far is in the database, and nothing else. */
  #behindAll(step: Step): void {
    this.#seal()
    this.#steps.push(step)
    this.#pump()
  }

  #seal(): void {
    const layer = this.#ahead.seal()
    if (layer !== undefined) this.#steps.push(next => this.#writeDown(layer, next))
    this.#pump()
  }

  #pump(): void {
    if (this.#isBusy || this.#hasFailed) return
    const step = this.#steps.shift() ?? this.#gathered()
    if (step === undefined) {
      this.#onIdle?.()
      return
    }
    this.#isBusy = true
    step(() => {
      this.#isBusy = false
      this.#pump()
    })
  }

  #gathered(): Step | undefined {
    if (!this.#isDue) return undefined
    this.#isDue = false
    const layer = this.#ahead.seal()
    return layer === undefined ? undefined : next => this.#writeDown(layer, next)
  }

  #writeDown(layer: Layer, next: () => void): void {
    this.#serial++
    const operations = Array.from(layer.values(), operationOf)
    operations.push({ type: 'put', key: SERIAL_KEY, value: serialBytes(this.#serial) })
    const onWritten = () => {
      this.#ahead.landed()
      this.#release()
      next()
    }
    this.#database.batch(operations).then(onWritten, error => this.onFailed(error))
  }

  #release(): void {
    if (this.#ahead.bytes > AHEAD_BYTES_MAX) return
    const held = this.#held
    this.#held = []
    for (const done of held) done()
  }

  /** All that was written is in the database. */
  #idle(): Promise<void> {
    return new Promise(resolve => {
      if (this.#hasFailed) resolve()
      this.#onIdle = resolve
      this.#bringDown()
    })
  }
}

type Operation =
  | { type: 'put'; key: Uint8Array; value: Uint8Array }
  | { type: 'del'; key: Uint8Array }

function operationOf({ key, value }: StateChange): Operation {
  return value === undefined ? { type: 'del', key } : { type: 'put', key, value }
}

async function opened(path: string): Promise<Database> {
  const database: Database = new Level(path, { keyEncoding: 'view', valueEncoding: 'view' })
  await database.open()
  return database
}

function serialBytes(serial: number): Uint8Array {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setFloat64(0, serial)
  return bytes
}

function serialOf(database: Database): number {
  const bytes = database.getSync(SERIAL_KEY)
  if (bytes === undefined || bytes.length !== 8) return 0
  return new DataView(bytes.buffer, bytes.byteOffset, 8).getFloat64(0)
}

/** undefined: what holds it is damaged. */
function foundSerial({ folder, database }: LockedFolder): number | undefined {
  try {
    return serialOf(database)
  } catch (error) {
    if (isCorrupt(error)) return undefined
    throw cannotOpen(folder, error)
  }
}

/** The next start makes it anew. At once: the process may not live to see a promise kept. */
function distrust(folder: string): void {
  for (const name of [names.clean, names.run]) rmSync(join(folder, name), { force: true })
}

async function forgetMarks(folder: string): Promise<void> {
  await removeSmallFile(join(folder, names.clean))
  await removeSmallFile(join(folder, names.run))
}

/**
 * Every file, not only the newest: LevelDB closes the write-ahead file before without a sync, and
 * may still need it.
 */
async function syncFiles(path: string): Promise<void> {
  for (const name of await readdir(path)) await syncFolder(join(path, name))
  await syncFolder(path)
}

const isCorrupt = (error: unknown) => codeOf(error) === 'LEVEL_CORRUPTION'

function logLost(): WeirError {
  const what = 'the log ends before the place at which log and state were closed'
  const advice = 'nothing of the log is trusted any more: the node joins anew, as another replica'
  return new WeirError('log-lost', `${what}; ${advice}`)
}

function cannotOpen(folder: string, error: unknown): WeirError {
  const said = saidBy(error)
  const trouble = diskTrouble({ message: said })
  if (trouble !== undefined) return trouble
  return new WeirError(
    'state-unreadable',
    `the state store cannot be opened (${said}); see that the data folder is whole, or remove ` +
      'its folder `state`: it is made anew from the log',
    { folder },
  )
}
