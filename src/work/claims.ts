/**
 * Claims and deletions of jobs in their logs, on the node that leads `meta`: one at once for a job,
 * given up when the lead is lost, and tried again when they were refused. A claim is recorded in
 * `meta` before it is written, and called whole there once it stands in all journals: whoever leads
 * next sees what is left to be done.
 */

import type { Clock, Random } from '../base/env.ts'
import { bare, WeirError } from '../base/errors.ts'
import type { Logger } from '../base/log.ts'
import { randomId } from '../io/random.ts'
import { defaultJournalBounds } from '../journal/bounds.ts'
import { claimJob, type LoggedLane } from '../journal/claims/claim-driver.ts'
import type { ClaimOutcome, ClaimWish } from '../journal/claims/claiming.ts'
import type { Claim } from '../journal/types.ts'
import type { MetaCommand } from '../meta/command.ts'
import type { MetaJob, MetaState } from '../meta/state.ts'
import type { MetaAnswer, Trouble } from '../node/jobs/body.ts'
import { type Heard, HeardLog } from './heard-log.ts'
import { claimSeat } from './lanes.ts'
import type { Layout } from './layout.ts'
import type { LogInUse, Logs } from './logs.ts'

export interface ClaimsParts {
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly logs: Logs
  layoutOf(job: MetaJob): Layout
  propose(command: MetaCommand, done: (answer: MetaAnswer) => void): void
}

/** What was refused is tried again so much later: somebody may have mended it. */
export const AGAIN_MS = 10_000
/** A claim that takes longer is told, with what was heard last of the logs. */
export const SLOW_MS = 5000

interface Run {
  /** What it is for: another wish ends it. */
  readonly wish: MetaJob['wish']
  readonly sinceMs: number
  readonly heard: Heard
  end(): void
}

export class Claims {
  readonly #parts: ClaimsParts
  readonly #runs = new Map<string, Run>()
  readonly #refused = new Map<string, Trouble & { readonly sinceMs: number }>()

  constructor(parts: ClaimsParts) {
    this.#parts = parts
  }

  /** As often as one likes, with the wish as it is known here. */
  look({ jobs }: MetaState, isLead: boolean): void {
    const known = new Map(jobs.map(job => [job.name, job]))
    for (const [name, run] of this.#runs) {
      if (!isLead || known.get(name)?.wish !== run.wish) this.#end(name)
    }
    for (const name of this.#refused.keys()) {
      const job = known.get(name)
      if (!isLead || job === undefined || !isDue(job)) this.#refused.delete(name)
    }
    if (!isLead) return
    for (const job of jobs) if (isDue(job)) this.#maybeBegin(job)
  }

  /** Why a job is not claimed, as far as this node knows. */
  troubleOf(job: string): Trouble | undefined {
    const run = this.#runs.get(job)
    if (run === undefined || this.#parts.clock.monotonicMs() - run.sinceMs < SLOW_MS) {
      const refused = this.#refused.get(job)
      return refused && { code: refused.code, message: refused.message }
    }
    const { code, message = 'the logs of the job have not answered all that was asked' } =
      run.heard.error ?? {}
    return { code: code ?? 'claim-slow', message: `${message}; the claim goes on by itself` }
  }

  close(): void {
    for (const name of [...this.#runs.keys()]) this.#end(name)
  }

  #maybeBegin(job: MetaJob): void {
    const since = this.#refused.get(job.name)?.sinceMs ?? Number.NEGATIVE_INFINITY
    const isEarly = this.#parts.clock.monotonicMs() - since < AGAIN_MS
    if (this.#runs.has(job.name) || isEarly) return
    const { name, generation, owner } = job
    this.#parts.logger.log('info', 'a job is claimed', { job: name, wish: job.wish })
    try {
      if (job.wish !== 'deleted') this.#claim(job, wishOf(job))
      else if (generation === 0) this.#drop(job)
      else this.#claim(job, { kind: 'delete', claim: { generation, owner } })
    } catch (error) {
      // This node has no such log, or does not understand the job: another may lead some day.
      if (!(error instanceof WeirError)) throw error
      this.#refuse(name, { code: error.code, message: bare(error) })
    }
  }

  #claim(job: MetaJob, wish: ClaimWish): void {
    const { clock, random, logs, layoutOf } = this.#parts
    const layout = layoutOf(job)
    const used = usedAll(layout, logs)
    const heard: Heard = { error: undefined }
    const lanes = layout.lanes.map((lane, at): LoggedLane => {
      const seats = layout.wiring.groups.map(ref => {
        return claimSeat(lane, { job: job.name, ref, at: layout.placeOf(ref) })
      })
      return { log: new HeardLog((used[at] as LogInUse).log, heard), seats }
    })
    const record = (claim: Claim, done: () => void) => this.#record(job, claim, done)
    const parts = { lanes, wish, clock, random, bounds: defaultJournalBounds, record }
    const cancel = claimJob(parts, outcome => this.#decided(job, lanes, outcome))
    const end = () => {
      cancel()
      for (const one of used) one.giveBack()
    }
    this.#runs.set(job.name, { wish: job.wish, sinceMs: clock.monotonicMs(), heard, end })
  }

  #end(name: string): void {
    this.#runs.get(name)?.end()
    this.#runs.delete(name)
  }

  /** Whoever is not heard may not write: nobody would know of the claim. */
  #record({ name }: MetaJob, { generation, owner }: Claim, done: () => void): void {
    const run = this.#runs.get(name)
    this.#parts.propose({ kind: 'generation', job: name, generation, owner }, answer => {
      if (this.#runs.get(name) !== run) return
      if ('done' in answer) done()
      else this.#refuse(name, answer.refused)
    })
  }

  #decided(job: MetaJob, lanes: readonly LoggedLane[], outcome: ClaimOutcome): void {
    const { name } = job
    if (outcome.kind === 'refused') {
      this.#refuse(name, outcome.trouble)
      return
    }
    for (const { code, message } of outcome.advice) {
      this.#parts.logger.log('warn', 'advice on the logs of a job', { job: name, code, message })
    }
    if (job.wish === 'deleted') this.#empty(job, lanes[0], outcome.offsets)
    else this.#say(name, { kind: 'claimed', job: name, generation: outcome.claim.generation })
  }

  /** Of the journals the last records stay: they say that the job was deleted. */
  #empty(job: MetaJob, home: LoggedLane | undefined, offsets: readonly number[]): void {
    let left = 1
    const onOne = () => {
      left--
      if (left === 0) this.#drop(job)
    }
    for (const [at, offset] of offsets.entries()) {
      const journal = home?.seats[at]?.journal
      if (journal === undefined || offset === 0) continue
      left++
      home?.log.deleteRecords(journal, offset, ({ error }) => {
        const facts = { job: job.name, ...journal, why: error?.message ?? '' }
        if (error !== undefined) this.#parts.logger.log('warn', 'a journal was not emptied', facts)
        onOne()
      })
    }
    onOne()
  }

  #drop({ name, wish }: MetaJob): void {
    const sinceMs = this.#parts.clock.monotonicMs()
    const run = { wish, sinceMs, heard: { error: undefined }, end: () => {} }
    if (!this.#runs.has(name)) this.#runs.set(name, run)
    this.#say(name, { kind: 'drop', job: name })
  }

  /** The last word of a run. */
  #say(name: string, command: MetaCommand): void {
    const run = this.#runs.get(name)
    this.#parts.propose(command, answer => {
      if (run === undefined || this.#runs.get(name) !== run) return
      if ('refused' in answer) this.#refuse(name, answer.refused)
      else this.#end(name)
    })
  }

  #refuse(name: string, { code, message }: Trouble): void {
    this.#end(name)
    this.#refused.set(name, { code, message, sinceMs: this.#parts.clock.monotonicMs() })
    this.#parts.logger.log('warn', 'a job is not claimed', { job: name, code, why: message })
  }
}

/** All or none. */
function usedAll({ lanes }: Layout, logs: Logs): readonly LogInUse[] {
  const used: LogInUse[] = []
  try {
    for (const { connection } of lanes) used.push(logs.use(connection))
  } catch (error) {
    for (const one of used) one.giveBack()
    throw error
  }
  return used
}

/** A job that runs has a claim; one that is deleted is so in its logs first. */
function isDue({ wish, claim }: MetaJob): boolean {
  return wish === 'deleted' || (wish === 'running' && claim !== 'whole')
}

/** What an earlier try of the same submit left is its own, by the same owner. */
function wishOf({ claim, owner }: MetaJob): ClaimWish {
  if (claim === 'none') return { kind: 'submit', owner }
  return { kind: 'start', owner: randomId() }
}
