/** A log's answers as promises, for scripts: values, or the code of an error. */

import { utf8Of } from '../../../src/base/bytes.ts'
import type {
  Fetched,
  Isolation,
  LogAnswer,
  LogDone,
  LogErrorCode,
  NewRecord,
  Partition,
  StreamLog,
} from '../../../src/base/stream-log.ts'

/** Where a script is played: the rigs of the contract suite are such places. */
export interface Stage {
  /** One more client of the log, with its own view of it. */
  client(): StreamLog
  /** For topics and transactional ids: letters and digits that nobody has used. */
  name(): string
  /** Lets time pass until this holds; fails if it never will. */
  until(holds: () => boolean): Promise<void>
  /**
   * This body may do twice what it was asked once, so that whoever creates a topic is told that it
   * exists: nobody else knows the names that are used here.
   */
  readonly mayCreateTwice?: boolean
  /** Another decides about this id, and all is well again. Missing: this body cannot do that. */
  moveCoordinator?(transactionalId: string): Promise<void>
}

/** Then a script has failed: what a log does in a while it has long done. */
const TRIES_MAX = 10_000
const WAIT_MS = 100
const TIMESTAMP_MS = 1_700_000_000_000
/** Such keys were taken for markers by more than one client. */
const KEYS = [null, Uint8Array.of(0, 0, 0, 0), Uint8Array.of(0, 0, 0, 1), new Uint8Array(0)]

const decoder = new TextDecoder()

/** A record with one of several odd shapes; its text is all that is looked at later. */
export function recordOf(text: string, salt: number): NewRecord {
  const headers = salt % 3 === 0 ? [{ name: 'n', value: utf8Of(`${salt}`) }] : []
  const key = KEYS[salt % KEYS.length] ?? null
  return { key, value: utf8Of(text), headers, timestampMs: TIMESTAMP_MS + salt }
}

export class Asking {
  readonly #stage: Stage

  constructor(stage: Stage) {
    this.#stage = stage
  }

  async answer<T>(ask: (done: LogDone<T>) => void): Promise<LogAnswer<T>> {
    const answers: LogAnswer<T>[] = []
    ask(answer => answers.push(answer))
    await this.#stage.until(() => answers.length > 0)
    return answers[0] as LogAnswer<T>
  }

  async told<T>(ask: (done: LogDone<T>) => void): Promise<T | LogErrorCode> {
    const answer = await this.answer(ask)
    return answer.error === undefined ? answer.value : answer.error.code
  }

  async code<T>(ask: (done: LogDone<T>) => void): Promise<LogErrorCode | 'ok'> {
    return (await this.answer(ask)).error?.code ?? 'ok'
  }

  /** Asks until somebody answers; other errors are for the script to compare. */
  async surely<T>(ask: (done: LogDone<T>) => void): Promise<T | LogErrorCode> {
    let told: T | LogErrorCode = 'unavailable'
    await this.eventually(async () => {
      told = await this.told(ask)
      return told !== 'unavailable'
    })
    return told
  }

  async eventually(holds: () => Promise<boolean>): Promise<boolean> {
    for (let tries = 0; tries < TRIES_MAX; tries++) {
      if (await holds()) return true
      let turns = 0
      await this.#stage.until(() => turns++ > 0)
    }
    return false
  }

  end(log: StreamLog, of: Partition, isolation: Isolation): Promise<number | LogErrorCode> {
    return this.surely(done => log.end(of, isolation, done))
  }

  /** Up to the end as it is now, by position: offsets and texts, and where one came out. */
  async read(
    log: StreamLog,
    from: Partition & { readonly offset: number },
    how: { readonly isolation: Isolation; readonly maxBytes: number },
  ): Promise<string> {
    const end = await this.end(log, from, how.isolation)
    const found: string[] = []
    let position = from.offset
    for (let tries = 0; position < Number(end) && tries < TRIES_MAX; tries++) {
      const options = { ...how, waitMs: WAIT_MS }
      const told = await this.surely<Fetched>(done => {
        log.fetch(from, position, options, done)
      })
      if (typeof told === 'string') return told
      for (const { offset, value } of told.records) {
        found.push(`${offset}:${decoder.decode(value ?? undefined)}`)
      }
      position = told.position
    }
    return found.join(' ')
  }
}
