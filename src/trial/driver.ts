/**
 * For tests of jobs in TypeScript, `weir-stream/testing`: a job file, records in, records out, and
 * a clock that moves when it is told to.
 *
 *     const driver = new TestDriver({ file: 'job.yaml', text: await readFile('job.yaml', 'utf8') })
 *     driver.send('events', { user: 'ann', ts: '2026-01-01T00:00:00Z' })
 *     driver.end()
 *     expect(driver.received('counts')).toEqual([{ user: 'ann', n: 1 }])
 */

import { RECORD_MS } from '../base/calendar.ts'
import { WeirError } from '../base/errors.ts'
import { jsonText } from '../job/document/json-text.ts'
import type { JsonMap } from '../job/document/node.ts'
import type { Environment } from '../job/document/variables.ts'
import { type Finding, findingText } from '../job/finding.ts'
import { type Language, languageOf, readJob } from '../job/job.ts'
import { compileJob } from '../job/plan/compile.ts'
import { jobCompiler } from '../job/plan/compiler.ts'
import { durationMs } from '../job/shape/units.ts'
import { type Received, receivedOf } from './codec.ts'
import { type DeadLetter, Trial } from './trial.ts'

export type { DeadLetter, JsonMap, Received }

export interface DriverOptions {
  /** Its ending says the language, unless `language` does. */
  readonly file: string
  readonly text: string
  readonly language?: Language
  /** For `${VAR:default}`; the process's own is not looked at. */
  readonly environment?: Environment
  /** What the clock shows at first, in milliseconds since 1970. */
  readonly nowMs?: number
}

/** Whole milliseconds of the years that records may have. */
const isClock = (ms: number) => Number.isInteger(ms) && ms >= RECORD_MS.min && ms <= RECORD_MS.max

const isError = ({ level }: Finding) => level === 'error'

export class TestDriver {
  readonly #trial: Trial

  /** Throws a WeirError that says, line by line, what is wrong with the job. */
  constructor({ file, text, environment = {}, nowMs = 0, ...options }: DriverOptions) {
    const language = options.language ?? languageOf(file)
    if (language === undefined) {
      const message = `${file} does not end in .yaml, .json or .toml, and language: is not said`
      throw new WeirError('unknown-language', message)
    }
    const bytes = new TextEncoder().encode(text)
    const { spec, findings } = readJob({ file, language, bytes, environment })
    const compiler = jobCompiler()
    const compiled = spec && compileJob(spec, compiler)
    if (compiled?.plan === undefined) {
      const all = [...findings, ...(compiled?.findings ?? [])].filter(isError)
      throw new WeirError('bad-job', all.map(findingText).join('\n'))
    }
    if (!isClock(nowMs)) {
      throw new WeirError('bad-clock', `nowMs is ${nowMs}: no whole milliseconds of a year to 9999`)
    }
    this.#trial = new Trial(compiled.plan, compiler, nowMs)
  }

  /** Records of a source, in order. */
  send(source: string, ...records: readonly JsonMap[]): this {
    for (const record of records) this.#trial.send(source, jsonText(record))
    return this
  }

  /** The clock goes on: by milliseconds, or by a duration such as `5s`. */
  advance(time: number | string): this {
    const ms = typeof time === 'number' ? time : durationMs(time)
    if (ms === undefined || !(ms >= 0) || !isClock(this.now + ms)) {
      throw new WeirError('bad-duration', `${time} is no time to come, such as 5s`)
    }
    this.#trial.advance(ms)
    return this
  }

  /** A source has no more records, or all have: what is open closes. */
  end(source?: string): this {
    this.#trial.end(source)
    return this
  }

  /** What came to a sink since it was asked last, but for what only takes a record back. */
  received(sink: string): readonly JsonMap[] {
    return this.changes(sink).flatMap(({ kind, record }) => (kind === 'delete' ? [] : [record]))
  }

  /** The same with what each record does to those before it. */
  changes(sink: string): readonly Received[] {
    return this.#trial.received(sink).flatMap(receivedOf)
  }

  get now(): number {
    return this.#trial.now
  }

  /** Records that could not be decoded or computed. */
  get deadLetters(): readonly DeadLetter[] {
    return this.#trial.deadLetters
  }

  /** How many records were too late for their windows, and went nowhere. */
  get lateCount(): number {
    return this.#trial.lateCount
  }
}
