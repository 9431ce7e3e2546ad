/**
 * Test support: claims at once on logs that lose calls, answer late, and are asked of whoever once
 * led them. What happens is a list of steps, drawn by whoever plays; then all is well again, and
 * each contest says what is wrong with how it ended.
 */

import type { ModelLog } from '../../testing/model-log.ts'
import { StaleLog } from '../../testing/stale-log.ts'
import type { Claim } from '../../types.ts'
import type { LoggedLane } from '../claim-driver.ts'
import type { ClaimOutcome, ClaimWish } from '../claiming.ts'
import type { ClaimSeat } from '../seat.ts'
import { AWAY_SEATS, SEATS, start, submit, type Told, World } from './world.ts'

const OFTEN = ['take', 'deliver', 'finish', 'finish', 'lose', 'land', 'late', 'pass'] as const
export const stepKinds = [...OFTEN, 'replace', 'expire'] as const

export interface Step {
  readonly kind: (typeof stepKinds)[number]
  readonly pick: number
}

/** Whoever lost much rests long. */
const PEACE_MS = 60_000
const LOOK_MS = 100

/** How many groups the job has, and whether it writes to a second log. */
interface Shape {
  readonly groups: number
  readonly hasAway: boolean
}

/** Undefined: it ended as it must. */
type Contest = (shape: Shape, steps: readonly Step[]) => string | undefined

class Bout {
  readonly world = new World()
  readonly #clients: StaleLog[] = []
  readonly #claims: Told[] = []
  readonly #seats: readonly (readonly [ModelLog, readonly ClaimSeat[]])[]

  constructor({ groups, hasAway }: Shape) {
    const { world } = this
    world.describe(groups)
    const home = [world.log, SEATS.slice(0, groups)] as const
    this.#seats = hasAway ? [home, [world.away, AWAY_SEATS.slice(0, groups)]] : [home]
  }

  claim(wish: ClaimWish, isShownAll = true): Told {
    const lanes = this.#seats.map(([log, seats]): LoggedLane => {
      const client = new StaleLog(log)
      this.#clients.push(client)
      if (!isShownAll) for (const { journal } of seats) client.replace(journal, 0)
      return { log: client, seats }
    })
    const told = this.world.claim(wish, [], { seed: this.#clients.length, lanes })
    this.#claims.push(told)
    return told
  }

  /** `cutOff` is cancelled before the step of that number. */
  play(steps: readonly Step[], cutOff?: Told, at = 0): void {
    const { clock } = this.world
    const logs = this.#seats.map(([log]) => log)
    for (const [step, { kind, pick }] of steps.entries()) {
      if (step === at) this.#cut(cutOff)
      const pending = logs.flatMap(log => log.pending.map(one => ({ log, one })))
      const late = logs.flatMap(log => log.late.map(one => ({ log, one })))
      const [now, old] = [pending[pick % pending.length], late[pick % late.length]]
      if (kind === 'land' || kind === 'expire') for (const log of logs) log[kind]()
      else if (kind === 'replace') this.#replace(pick)
      else if (kind === 'pass') clock.pass(pick * 5)
      else if (kind === 'late' && old?.one.hasEffect === false) old.log.take(old.one)
      else if (kind !== 'late' && now !== undefined) now.log[kind](now.one)
    }
    // What it had open, its time ends.
    if (cutOff !== undefined) for (const log of logs) log.expire()
    for (let passed = 0; passed < PEACE_MS && this.#isOpen; passed += LOOK_MS) {
      this.world.settle(LOOK_MS)
    }
  }

  #cut(claim: Told | undefined): void {
    if (claim === undefined || claim.outcome !== undefined) return
    claim.cancel()
    this.#claims.splice(this.#claims.indexOf(claim), 1)
  }

  get #isOpen(): boolean {
    return this.#claims.some(({ outcome }) => outcome === undefined)
  }

  #replace(pick: number): void {
    const client = this.#clients[pick % this.#clients.length]
    for (const [, seats] of this.#seats) {
      const seat = seats[pick % seats.length]
      if (seat !== undefined) client?.replace(seat.journal)
    }
  }

  /** What is wrong where this claim is to stand, newest and everywhere. */
  missing(claim: Claim | undefined): string | undefined {
    for (const [log, seats] of this.#seats) {
      for (const seat of seats) {
        const records = this.world.records(seat, log)
        const numbers = new Map(records.map(({ generation, owner }) => [generation, owner]))
        const isOne = records.every(one => numbers.get(one.generation) === one.owner)
        if (!isOne) return `${seat.journal.topic} holds two owners of one generation`
        const last = records.at(-1)
        const isIts = last?.generation === claim?.generation && last?.owner === claim?.owner
        if (!isIts) return `${last?.owner} stands last in ${seat.journal.topic}`
      }
    }
    return undefined
  }

  /** In how many partitions it is said that generation 1 is deleted. */
  get deletedIn(): number {
    const said = this.#seats.flatMap(([log, seats]) =>
      seats.filter(seat =>
        this.world
          .records(seat, log)
          .some(({ kind, deleted = 0 }) => kind === 'deleted' || deleted > 0),
      ),
    )
    return said.length
  }

  get partitions(): number {
    return this.#seats.reduce((sum, [, seats]) => sum + seats.length, 0)
  }
}

const claimOf = (outcome: ClaimOutcome | undefined): Claim | undefined =>
  outcome?.kind === 'done' ? outcome.claim : undefined

const codeOf = (outcome: ClaimOutcome | undefined): string | undefined =>
  outcome?.kind === 'refused' ? outcome.trouble.code : outcome?.kind

function told(bout: Bout, claims: readonly Told[], claim: Claim | undefined): string | undefined {
  const codes = claims.map(({ outcome }) => codeOf(outcome))
  const wrong = claim === undefined ? 'nobody holds' : bout.missing(claim)
  return wrong === undefined ? undefined : `${wrong}; told: ${codes}`
}

/**
 * Not of one group that writes to two logs: in which order it commits, no place keeps a start from
 * becoming whole meanwhile, and `claiming.ts` says so.
 */
const BESIDE_A_START = 'a submit beside a start: one that is refused has stopped nobody'
/** There the start may be stopped, though the submit is refused: it is begun anew. */
const ALONE = 'a submit beside a start, one group in two logs: whoever is stopped starts it again'

const gone: ClaimWish = { kind: 'delete', claim: { generation: 1, owner: 'eve' } }

/** A deletion of a job that lives, and another claim; what they are told must be what is there. */
function besideDeletion(wish: ClaimWish, isCut: boolean): Contest {
  return (shape, steps) => {
    const bout = new Bout(shape)
    bout.claim(submit('eve'))
    bout.play([])
    const claims = [gone, wish].map(one => bout.claim(one))
    bout.play(steps, isCut ? claims[0] : undefined, (steps[0]?.pick ?? 0) * 12)
    const codes = claims.map(({ outcome }) => codeOf(outcome))
    const wrong = wrongOfDeletion(codes, wish.kind, bout.deletedIn > 0)
    if (wrong !== undefined) return `${wrong}; told: ${codes}`
    // Whoever comes next holds, and forgets all that was deleted, in every partition.
    const isHeld = wish.kind !== 'delete' && codes[1] === 'done'
    const next = bout.claim(bout.deletedIn > 0 && !isHeld ? submit('cid') : start('cid'))
    bout.play([])
    const isWhole = [0, bout.partitions].includes(bout.deletedIn)
    return isWhole ? told(bout, [...claims, next], claimOf(next.outcome)) : 'deleted in some'
  }
}

/** A deletion that was told nothing was cut off. */
function wrongOfDeletion(
  [said, code]: readonly (string | undefined)[],
  kind: ClaimWish['kind'],
  isDeleted: boolean,
): string | undefined {
  if (said === 'done' && !isDeleted) return 'done, and not deleted'
  if (said === 'generation-superseded' && isDeleted) return 'refused, and deleted'
  if (said === 'generation-superseded' && kind !== 'start') return 'refused, and nobody started it'
  const isStarted = kind === 'start' && code === 'done'
  if (isStarted) return isDeleted ? 'started, and deleted' : undefined
  const whereDeleted = { start: 'job-deleted', submit: 'done', delete: 'done' }[kind]
  // It came before the deletion, and wrote nothing.
  if (kind === 'submit' && code === 'job-exists') return undefined
  return code === whereDeleted && isDeleted ? undefined : 'not what is there'
}

const contests: Readonly<Record<string, Contest>> = {
  'two starts: both hold, and the later last'(shape, steps) {
    const bout = new Bout(shape)
    const claims = ['ann', 'bob'].map(owner => bout.claim(start(owner)))
    bout.play(steps)
    const done = claims.flatMap(({ outcome }) => claimOf(outcome) ?? [])
    const [low, high] = done.sort((a, b) => a.generation - b.generation)
    if (high === undefined) return 'one does not hold'
    if (low?.generation === high.generation) return 'both hold one generation'
    return told(bout, claims, high)
  },

  'two submits: one holds, and the other is told so'(shape, steps) {
    const bout = new Bout(shape)
    const claims = ['ann', 'bob'].map(owner => bout.claim(submit(owner)))
    bout.play(steps)
    const codes = claims.map(({ outcome }) => codeOf(outcome)).sort()
    if (`${codes}` !== 'done,job-exists') return `told: ${codes}`
    return told(bout, claims, claimOf(claims.find(one => claimOf(one.outcome))?.outcome))
  },

  [BESIDE_A_START](shape, steps) {
    const bout = new Bout(shape)
    const claims = [bout.claim(submit('ann')), bout.claim(start('bob'))]
    bout.play(steps)
    return told(bout, claims, claimOf(claims[1]?.outcome))
  },

  [ALONE](shape, steps) {
    const bout = new Bout(shape)
    const claims = [bout.claim(submit('ann')), bout.claim(start('bob'))]
    bout.play(steps)
    const [asked, begun] = claims.map(({ outcome }) => outcome)
    if (begun?.kind !== 'done') return `the start is told ${codeOf(begun)}`
    if (bout.missing(begun.claim) === undefined) return undefined
    if (codeOf(asked) !== 'job-exists') return `the start is stopped, the submit ${codeOf(asked)}`
    const next = bout.claim(start('cid'))
    bout.play([])
    return told(bout, [...claims, next], claimOf(next.outcome))
  },

  'a submit where a job lives: it writes nothing, whatever it is shown'(shape, steps) {
    const bout = new Bout(shape)
    const lives = bout.claim(submit('eve'))
    bout.play([])
    const asks = bout.claim(submit('ann'), false)
    bout.play(steps)
    const code = codeOf(asks.outcome)
    if (code !== 'job-exists') return `told: ${code}`
    return told(bout, [lives, asks], claimOf(lives.outcome))
  },

  'a deletion beside a start': besideDeletion(start('bob'), false),
  'a deletion beside a start, cut off': besideDeletion(start('bob'), true),
  'a deletion beside a submit': besideDeletion(submit('bob'), false),
  'a deletion beside a submit, cut off': besideDeletion(submit('bob'), true),
  'a deletion beside another': besideDeletion(gone, false),
  'a deletion beside another, cut off': besideDeletion(gone, true),
}

/** Each shape with what is to hold for it. */
export const bouts = Object.keys(contests)
  .flatMap(name => [
    { name, groups: 3, hasAway: false },
    { name, groups: 3, hasAway: true },
    { name, groups: 1, hasAway: true },
  ])
  .filter(({ name, groups }) => name !== (groups > 1 ? ALONE : BESIDE_A_START))

export function fought(name: string, shape: Shape, steps: readonly Step[]): string | undefined {
  return contests[name]?.(shape, steps)
}
