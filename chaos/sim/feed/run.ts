/** Runs one scenario of groups that feed each other, from its first event to its last. */

import { BrokenInvariant, WeirError } from '../../../src/base/errors.ts'
import { Violation } from '../checkers/checker.ts'
import { Demand, within } from '../run/demand.ts'
import type { Failure, Result } from '../run/result.ts'
import { EventQueue, US_PER_MS } from '../world/clock.ts'
import { calmLog } from '../world/log/faults.ts'
import { happenings, Trace } from '../world/trace.ts'
import { TOPIC } from './job.ts'
import { LOOK_MS } from './judge.ts'
import type { FeedFault, FeedScenario } from './kinds.ts'
import { Feeding, NODES } from './world.ts'

const COPIES = 3
const TOPICS_MS = 100
const WRITE_MS_MAX = 40
/** A log that does not answer, a transaction that runs out, and what is to be taken then. */
const HEALED_MS = 20_000

type Deed = (world: Feeding, fault: FeedFault) => void

const lasting = (begin: Deed, end: Deed): Deed => {
  return (world, fault) => {
    begin(world, fault)
    world.clock.after(fault.forMs, () => {
      if (!world.isHealed) end(world, fault)
    })
  }
}

const pair = ({ whom }: FeedFault) => [whom % NODES, Math.floor(whom / NODES) % NODES] as const
const groupOf = (world: Feeding, { whom }: FeedFault) => whom % world.groups.length
const partitionOf = (world: Feeding, { whom }: FeedFault) => {
  return { topic: TOPIC, partition: whom % world.scenario.partitions }
}

const deeds: Readonly<Record<FeedFault['kind'], Deed>> = {
  'lead-moves': (world, fault) => world.elect(groupOf(world, fault)),
  'lead-renewed': (world, fault) => {
    const group = groupOf(world, fault)
    const at = world.nodes.findIndex(node => node.lead(group) !== undefined)
    world.elect(group, Math.max(at, 0))
  },
  'node-dies': (world, { whom }) => world.kill(whom % NODES),
  'stream-reset': (world, fault) => world.wire.reset(...pair(fault)),
  'path-cut': lasting(
    (world, fault) => world.wire.cut(...pair(fault), 1),
    (world, fault) => world.wire.cut(...pair(fault), -1),
  ),
  'path-slow': lasting(
    (world, { whom }) => world.wire.addDelay(whom % NODES, 20_000),
    (world, { whom }) => world.wire.addDelay(whom % NODES, -20_000),
  ),
  'frame-damaged': (world, fault) => world.wire.plan(...pair(fault), 'damaged-frame'),
  'log-away': lasting(
    world => {
      world.log.isDown = true
    },
    world => {
      world.log.isDown = false
    },
  ),
  'log-denied': lasting(
    world => world.log.deny(TOPIC),
    world => world.log.deny(TOPIC, false),
  ),
  'partition-moves': (world, fault) => world.log.loseLeader(partitionOf(world, fault)),
  'group-stands': (world, fault) => {
    const group = world.groups[groupOf(world, fault)]
    if (group !== undefined) group.standsUntilMs = world.queue.nowMs + fault.forMs
  },
  'epoch-opened': world => world.openEpoch(),
  'epoch-closed': world => world.closeEpoch(),
}

export interface FeedOptions {
  /** Lines for people. */
  readonly tell?: (line: string) => void
}

export function runFeed(scenario: FeedScenario, { tell }: FeedOptions = {}): Result {
  const queue = new EventQueue()
  const trace = new Trace(queue, tell)
  const world = new Feeding(scenario, queue)
  const takes = new Demand('LIVE-8 all that is there is taken')
  const cuts = new Demand('LIVE-9 an epoch is cut by all')
  const failure = failureOf(() => play(world, trace, { takes, cuts }))
  return {
    seed: scenario.seed,
    ...(failure && { failure }),
    faults: { ...world.tally.totals(), ...world.logTally.totals() },
    checks: { ...world.judge.checks, [takes.name]: takes.checks, [cuts.name]: cuts.checks },
    ...{ cells: {}, refused: countOf(world.refusals), undecided: 0 },
    simulatedMs: queue.nowMs,
    events: queue.fired,
    operations: world.judge.taken,
    traceHash: trace.hash,
  }
}

function failureOf(work: () => void): Failure | undefined {
  try {
    work()
    return undefined
  } catch (error) {
    if (error instanceof Violation) return { checker: error.checker, detail: error.detail }
    if (error instanceof BrokenInvariant) return { checker: 'INVARIANT', detail: error.message }
    if (error instanceof WeirError) return { checker: 'ERROR', detail: error.message }
    throw error
  }
}

function countOf(codes: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const code of codes) counts[code] = (counts[code] ?? 0) + 1
  return counts
}

interface Demands {
  readonly takes: Demand
  readonly cuts: Demand
}

function play(world: Feeding, trace: Trace, { takes, cuts }: Demands): void {
  const { queue, scenario, judge } = world
  judge.onOwned = (group, partition, offset) => {
    trace.note(happenings.apply, group, partition, offset)
  }
  begin(world)
  for (const fault of scenario.faults) {
    world.clock.after(fault.atMs, () => {
      trace.tell(`${fault.kind} ${fault.whom} for ${fault.forMs}`)
      trace.note(happenings.fault, fault.whom % NODES, fault.forMs, fault.atMs)
      world.tally.hit(fault.kind)
      deeds[fault.kind](world, fault)
    })
  }
  queue.runUntil(queue.nowUs + scenario.faultyMs * US_PER_MS)
  heal(world)
  const demand = (what: Demand, holds: () => boolean): void => {
    within({ queue, trace, told: () => toldOf(world) }, HEALED_MS, what, holds)
    trace.note(happenings.demand, 0, judge.taken, 0)
  }
  const isTaken = (): boolean => judge.isWhole() && world.groups.every(one => judge.isKnown(one))
  demand(takes, isTaken)
  world.closeEpoch()
  judge.disturbed = world.closed
  world.write()
  world.openEpoch()
  world.tellEpoch(() => true)
  const { epoch } = world
  demand(cuts, () => judge.cuts.get(epoch)?.size === scenario.groups)
  world.closeEpoch()
  demand(takes, isTaken)
}

function begin(world: Feeding): void {
  const { queue, scenario, log, clock } = world
  const topic = { topic: TOPIC, partitions: scenario.partitions, replication: COPIES, settings: {} }
  log.client().create(topic, () => undefined)
  queue.runUntil(TOPICS_MS * US_PER_MS)
  const chance = scenario.callsLost
  const fates = {
    ...{ 'lost-call': chance, 'lost-answer': chance, 'late-call': chance, 'late-answer': chance },
  }
  log.profile = { ...calmLog, answerMs: 200, patienceMs: 300, fates, shortFetches: 0.2 }
  for (const { number } of world.groups) world.elect(number)
  const endMs = queue.nowMs + scenario.faultyMs
  const write = (): void => {
    if (queue.nowMs >= endMs) return
    world.write()
    clock.after(world.prng.below(WRITE_MS_MAX), write)
  }
  write()
  const look = (): void => {
    world.judge.look(queue.nowMs)
    clock.after(LOOK_MS, look)
  }
  look()
}

function heal(world: Feeding): void {
  world.isHealed = true
  world.wire.heal()
  world.log.isDown = false
  world.log.deny(TOPIC, false)
  world.log.profile = calmLog
  world.log.clearPlans()
  for (const group of world.groups) group.standsUntilMs = 0
}

function toldOf({ groups, told, judge }: Feeding): string {
  const lines = groups.map(({ number, book, lead, term }) => {
    const channels = [...book.channels].map(([channel, { cursor, idle, watermark }]) => {
      return `${channel} at ${cursor}${idle ? ' idle' : ''} ${watermark}`
    })
    return `group ${number} in term ${term}${lead ? '' : ', not led'}: ${channels.join('; ')}`
  })
  return [...lines, `taken ${judge.taken}, told ${told.slice(-5).join()}`].join('\n')
}
