/**
 * A job that runs here and now, on the engine's own local job: one partition a source, one group a
 * stage, a clock that moves when it is told to. Records come in JSON and go in columns. Each record
 * is a batch, so that time goes on between them; sources are never idle.
 */

import { WeirError } from '../base/errors.ts'
import type { Compiler } from '../engine/columns/expression.ts'
import type { Records } from '../engine/columns/records.ts'
import { LocalJob } from '../engine/local/local-job.ts'
import type { Plan } from '../engine/plan/plan.ts'
import { DEAD_LETTERS } from '../engine/stage/dead-letters.ts'
import { type Decode, decoderOf, receivedOf } from './codec.ts'

/** A record that could not be decoded or computed. */
export interface DeadLetter {
  /** The source or the step. */
  readonly at: string
  readonly code: string
  readonly reason: string
}

export class Trial {
  readonly #plan: Plan
  readonly #job: LocalJob
  readonly #decoders: ReadonlyMap<string, Decode>
  readonly #outputs: ReadonlyMap<string, Records[]>
  readonly #dead: DeadLetter[] = []
  #now: number

  /** `now`: what the machine's clock shows, in milliseconds since 1970. */
  constructor(plan: Plan, compiler: Compiler, now: number) {
    this.#plan = plan
    this.#now = now
    this.#job = new LocalJob(plan, compiler)
    this.#decoders = new Map(plan.sources.map(source => [source.id, decoderOf(source)]))
    this.#outputs = new Map(plan.sinks.map(({ id }) => [id, []]))
  }

  get now(): number {
    return this.#now
  }

  get deadLetters(): readonly DeadLetter[] {
    return this.#dead
  }

  /** Records that were too late for their windows, and went nowhere. */
  get lateCount(): number {
    return this.#job.lateCount
  }

  /** One record of a source, in JSON. */
  send(source: string, json: string): void {
    const decode = this.#decoders.get(source)
    if (decode === undefined) throw unknown('source', source, this.#decoders.keys())
    const { records, trouble } = decode(json, this.#now)
    if (records === undefined)
      this.#bury({ at: source, code: trouble.code, reason: trouble.reason })
    else this.#job.push(source, records)
    this.#run()
  }

  /** The machine's clock goes on, and stops wherever something is due. */
  advance(ms: number): void {
    const until = this.#now + ms
    for (let next = this.#job.wakeAt; next < until; next = this.#job.wakeAt) {
      this.#now = Math.max(this.#now + 1, next)
      this.#run()
    }
    this.#now = until
    this.#run()
  }

  /** A source has no more, or all have: whatever is open closes. */
  end(source?: string): void {
    if (source === undefined) this.#job.endAll()
    else if (this.#decoders.has(source)) this.#job.end(source)
    else throw unknown('source', source, this.#decoders.keys())
    this.#run()
  }

  /** What came to a sink since it was asked last. */
  received(sink: string): readonly Records[] {
    const outputs = this.#outputs.get(sink)
    if (outputs === undefined) throw unknown('sink', sink, this.#outputs.keys())
    return outputs.splice(0)
  }

  #run(): void {
    this.#job.run(this.#now)
    for (const [sink, records] of this.#job.takeOutputs()) {
      if (sink === DEAD_LETTERS) this.#takeDead(records)
      else this.#outputs.get(sink)?.push(records)
    }
  }

  #takeDead(records: Records): void {
    for (const { record } of receivedOf(records)) {
      const { operator, code, reason } = record
      this.#dead.push({ at: String(operator), code: String(code), reason: String(reason) })
    }
  }

  /** What cannot be decoded never reaches the job; its policy holds all the same. */
  #bury(letter: DeadLetter): void {
    const { errors } = this.#plan
    if (errors === 'fail') throw new WeirError(letter.code, `${letter.at}: ${letter.reason}`)
    if (errors === 'dead-letter') this.#dead.push(letter)
  }
}

function unknown(what: string, name: string, known: Iterable<string>): WeirError {
  const names = [...known].join(', ')
  return new WeirError(`unknown-${what}`, `there is no ${what} ${name}; there are ${names}`)
}
