/**
 * Everything that follows from the text of a job, wherever it runs: plan, where sources and sinks
 * lie, how their records are written, which log is home. Pure: every node makes the same of it.
 * What a cluster cannot run yet is found here, with its place in the file.
 */

import { WeirError } from '../base/errors.ts'
import type { Encoder } from '../connectors/formats/format.ts'
import { JsonEncoder } from '../connectors/formats/json/encoder.ts'
import type { Compiler } from '../engine/columns/expression.ts'
import type { Plan, SinkPlan } from '../engine/plan/plan.ts'
import { edgeText, type Schemas, schemasOf } from '../engine/plan/schemas.ts'
import { DEAD_LETTER_SCHEMA, DEAD_LETTERS } from '../engine/stage/dead-letters.ts'
import type { Decoding } from '../group/feed/shaping.ts'
import type { Finding } from '../job/finding.ts'
import type { SinkPart, SourcePart } from '../job/format/source.ts'
import { type FileText, type JobSpec, readJob } from '../job/job.ts'
import { Remarks } from '../job/lint/remarks.ts'
import { compileJob } from '../job/plan/compile.ts'
import { jobCompiler } from '../job/plan/compiler.ts'
import { Namings } from '../job/plan/namings.ts'
import type { Place } from '../job/shape/shape.ts'
import { type Connection, connectionId, kafkaConnection, logConnection } from './connection.ts'
import { decodingOf, encodingOf, formatName, formatTrouble } from './formats.ts'
import { deadLettersTopic, isOurs } from './names.ts'
import type { Writing } from './rendering.ts'

export interface SourceEnd {
  readonly connection: Connection
  readonly topic: string
  /** Where a new job begins. */
  readonly start: 'earliest' | 'latest'
  readonly decoding: Decoding
}

export interface SinkEnd extends Writing {
  readonly connection: Connection
}

export interface Blueprint {
  readonly job: string
  readonly plan: Plan
  readonly schemas: Schemas
  readonly compiler: Compiler
  readonly sources: ReadonlyMap<string, SourceEnd>
  /** Dead letters among them, where they are kept. */
  readonly sinks: ReadonlyMap<string, SinkEnd>
  /** The log that holds the journal: that of the first sink in one, else of the first source. */
  readonly home: Connection
  readonly replication: number
  /** How many groups a stage is to have, if nothing else is said at it. */
  readonly groups: number | undefined
}

export type BlueprintReading =
  | { readonly blueprint: Blueprint; readonly findings?: never }
  | { readonly findings: readonly Finding[]; readonly blueprint?: never }

const REPLICATION_USUAL = 3

const isError = ({ level }: Finding): boolean => level === 'error'

/** `as`: what the job is called, if not as the file says. */
export function blueprintOf(file: FileText, as?: string): BlueprintReading {
  const { spec, findings } = readJob(file)
  if (spec === undefined) return { findings: findings.filter(isError) }
  const compiler = jobCompiler()
  const compiled = compileJob(spec, compiler)
  if (compiled.plan === undefined) return { findings: compiled.findings.filter(isError) }
  const plan = { ...compiled.plan, job: as ?? spec.name }
  return new Drawing(spec, plan, compiler).whole()
}

class Drawing {
  readonly #spec: JobSpec
  readonly #plan: Plan
  readonly #compiler: Compiler
  readonly #schemas: Schemas
  readonly #namings: Namings
  readonly #remarks = new Remarks()

  constructor(spec: JobSpec, plan: Plan, compiler: Compiler) {
    this.#spec = spec
    this.#plan = plan
    this.#compiler = compiler
    this.#schemas = schemasOf(plan, compiler)
    this.#namings = new Namings(plan, edge => this.#schemas.of(edge), compiler)
  }

  whole(): BlueprintReading {
    const { job, document } = this.#spec
    for (const [name, part] of [...(job.views ?? []), ...(job.cubes ?? [])]) {
      this.#notYet(
        part.at,
        `${name}: views and cubes are not built yet; leave them out to submit it`,
      )
    }
    const sources = this.#ends(this.#plan.sources, ({ id }) => this.#source(id))
    const sinks = this.#ends(this.#plan.sinks, sink => this.#sink(sink))
    if (this.#plan.sinks.length === 0) {
      this.#notYet(job.name.at, 'nothing goes to a sink, so that the job would run for nothing')
    }
    const home = [...sinks.values(), ...sources.values()][0]?.connection
    if (this.#remarks.hasErrors || home === undefined) {
      return { findings: this.#remarks.all.map(remark => document.finding(remark)) }
    }
    const letters = [DEAD_LETTERS, this.#lettersEnd(home)] as const
    const isTold = this.#plan.errors === 'dead-letter'
    const blueprint = {
      ...{ job: this.#plan.job, plan: this.#plan, schemas: this.#schemas, home, sources },
      ...{ compiler: this.#compiler, replication: job.options?.replication ?? REPLICATION_USUAL },
      groups: job.options?.partitions,
      sinks: new Map([...sinks, ...(isTold ? [letters] : [])]),
    }
    return { blueprint }
  }

  #ends<P extends { readonly id: string }, E>(
    plans: readonly P[],
    endOf: (plan: P) => E | undefined,
  ): ReadonlyMap<string, E> {
    const ends = new Map<string, E>()
    for (const plan of plans) {
      const end = endOf(plan)
      if (end !== undefined) ends.set(plan.id, end)
    }
    return ends
  }

  #lettersEnd(home: Connection): SinkEnd {
    const encoder = new JsonEncoder(DEAD_LETTER_SCHEMA)
    const topic = deadLettersTopic(this.#plan.job)
    return { connection: home, topic, schema: DEAD_LETTER_SCHEMA, key: [], encoder }
  }

  #source(id: string): SourceEnd | undefined {
    const part = this.#spec.job.sources.get(id)
    const plan = this.#plan.sources.find(one => one.id === id)
    if (part === undefined || plan === undefined) return undefined
    const where = this.#where(part, true)
    const decoding = where && this.#made(part.at, () => decodingOf(part, plan))
    if (where === undefined || decoding === undefined) return undefined
    const start = part.kind === 'kafka' || part.kind === 'log' ? part.body.start : undefined
    return { ...where, start: start ?? 'earliest', decoding }
  }

  #sink({ id, from, key }: SinkPlan): SinkEnd | undefined {
    const part = this.#spec.job.sinks?.get(id)
    if (part === undefined) return undefined
    const schema = this.#schemas.of(from)
    const where = this.#where(part, false)
    const encoder = where && this.#made(part.at, (): Encoder => encodingOf(part, schema))
    if (where === undefined || encoder === undefined) return undefined
    if (isOurs(where.topic)) {
      this.#notYet(part.at, 'topics that begin with weir. are those of jobs themselves')
    }
    const isSaidAgain = this.#namings.of(from) !== undefined
    const isJson = ['json', 'ndjson'].includes(formatName(part))
    if (isSaidAgain && key.length === 0 && !isJson) {
      const what = `${edgeText(from)} says results again, which ${formatName(part)} cannot tell`
      this.#remarks.error(part.at, 'key-missing', `${what}; name their columns: key: [..]`)
    }
    return { ...where, schema, key, encoder }
  }

  /** Missing: it lies where a cluster does not look yet, and that was said. */
  #where(
    part: SourcePart | SinkPart,
    isRead: boolean,
  ): { readonly connection: Connection; readonly topic: string } | undefined {
    const trouble = formatTrouble(part)
    if (trouble !== undefined) {
      this.#notYet(part.at, trouble)
      return undefined
    }
    if (part.kind !== 'kafka' && part.kind !== 'log') {
      const what = `${part.kind} is not ${isRead ? 'read' : 'written'} by a cluster yet`
      this.#notYet(part.at, `${what}; use a topic: kafka: or log:`)
      return undefined
    }
    const { connection, trouble: wrong } =
      part.kind === 'log'
        ? logConnection(part.body.address)
        : kafkaConnection({ brokers: part.body.brokers, options: part.body.options?.json })
    if (connection !== undefined) return { connection, topic: part.body.topic }
    this.#remarks.error(part.at, 'bad-connection', wrong)
    return undefined
  }

  #notYet(at: Place, message: string): void {
    this.#remarks.error(at, 'not-runnable', message)
  }

  #made<T>(at: Place, make: () => T): T | undefined {
    try {
      return make()
    } catch (error) {
      if (!(error instanceof WeirError)) throw error
      this.#remarks.error(at, error.code, error.message)
      return undefined
    }
  }
}

/** All logs of the job, home first. */
export function connectionsOf({ home, sources, sinks }: Blueprint): readonly Connection[] {
  const all = [home, ...[...sinks.values(), ...sources.values()].map(end => end.connection)]
  return [...new Map(all.map(one => [connectionId(one), one])).values()]
}
