/**
 * A process of this benchmark: it publishes, takes over or reads, as its argument says, and prints
 * figures as its last line. Those that write begin a reader of their own, so that whatever they
 * count was seen by somebody else.
 */

import { type ChildProcess, fork } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { median, quantile } from '../../chaos/live/quantile.ts'
import { realClock } from '../../src/io/clock.ts'
import { SystemRandom } from '../../src/io/random.ts'
import { defaultJournalBounds } from '../../src/journal/bounds.ts'
import type { OpenLog } from './bodies.ts'
import { opened } from './bodies.ts'
import { medians, type Steps, succeeded } from './first.ts'
import { sharedMs } from './output.ts'
import { Publishing } from './publishing.ts'
import { Reading } from './reading.ts'
import { type Scene, scene } from './scene.ts'
import { leaveOpen, OUTPUTS, Takeovers } from './takeovers.ts'
import type { Seen, Span } from './watch.ts'
import type { FirstWork, PublishWork, ReadWork, SuccessorWork, TakeoverWork, Work } from './work.ts'

const DRAIN_MS = 20_000
const POLL_MS = 5
/** Where there are three brokers. */
const COPIES = 3

const doors = { clock: realClock, random: new SystemRandom(), nowMs: sharedMs }
const say = (line: string) => process.stdout.write(`${line}\n`)

/** What a reader is told at the end: how many outputs were made, and which of them count. */
interface Call extends Span {
  readonly outputs: number
}

class Reader {
  readonly #child: ChildProcess
  readonly #seen: Promise<Seen>

  constructor(work: ReadWork) {
    const args = ['bench/publish/program.ts', JSON.stringify(work)]
    this.#child = fork('scripts/run.mjs', args, { execArgv: [] })
    this.#seen = new Promise((resolve, reject) => {
      this.#child.once('exit', code => reject(new Error(`the reader ended with ${code}`)))
      this.#child.on('message', seen => resolve(seen as Seen))
    })
    // Whoever fails before it asks has an error of its own to tell.
    this.#seen.catch(() => {})
  }

  /** Of all that it had to see. */
  seen(call: Call): Promise<Seen> {
    this.#child.send(call)
    const late = sleep(DRAIN_MS, undefined, { ref: false }).then(() => {
      throw new Error(`the reader did not see all ${call.outputs} outputs`)
    })
    return Promise.race([this.#seen, late])
  }

  end(): void {
    this.#child.kill()
  }
}

async function read({ log: place, target, restMs }: ReadWork): Promise<void> {
  // Whoever began it is gone, or has what it wanted.
  process.once('disconnect', () => process.exit())
  const log = await opened(place)
  const reading = new Reading(log, target, restMs)
  const called = new Promise<Call>(resolve => {
    process.once('message', call => {
      reading.want((call as Call).outputs)
      resolve(call as Call)
    })
  })
  await reading.run()
  const seen = reading.during(await called)
  process.send?.(seen, () => process.disconnect())
  log.close()
}

interface Measured {
  readonly span: Span
  readonly outputs: number
  readonly figures: object
}

/** The reader is there from the start, and what was written is gone at the end. */
async function withReader(
  work: PublishWork | TakeoverWork | FirstWork,
  groups: number,
  measure: (log: OpenLog, at: Scene) => Promise<Measured>,
): Promise<void> {
  const log = await opened(work.log)
  const at = await scene(log, groups, work.partitions, work.kind === 'first' ? COPIES : 1)
  const { log: place, readerRestMs: restMs } = work
  const reader = new Reader({ kind: 'read', log: place, target: at.target, restMs })
  try {
    const { span, outputs, figures } = await measure(log, at)
    const seen = await reader.seen({ ...span, outputs })
    const seconds = (span.toMs - span.fromMs) / 1000
    say(JSON.stringify({ failed: 0, seconds, ...seen, ...figures }))
  } finally {
    reader.end()
    await at.drop()
    log.close()
  }
}

const cpuSeconds = () => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

async function published(work: PublishWork, log: OpenLog, at: Scene): Promise<Measured> {
  const bounds = { ...defaultJournalBounds, ...work.bounds }
  const publishing = new Publishing({ ...doors, ...work, log, scene: at, bounds })
  publishing.begin()
  await sleep(work.warmMs)
  say('begin')
  const [fromMs, before, cpuBefore] = [sharedMs(), publishing.counts, cpuSeconds()]
  await sleep(work.measuredMs)
  say('end')
  const [toMs, after, cpuAfter] = [sharedMs(), publishing.counts, cpuSeconds()]
  publishing.end()
  const giveUpMs = sharedMs() + DRAIN_MS
  while (publishing.waiting > 0 && sharedMs() < giveUpMs) await sleep(POLL_MS)
  publishing.close()
  if (publishing.waiting > 0) throw new Error(`${publishing.waiting} outputs never came out`)
  return {
    span: { fromMs, toMs },
    outputs: after.outputs,
    figures: {
      failed: after.failed - before.failed,
      transactions: after.transactions - before.transactions,
      clientCpuSeconds: cpuAfter - cpuBefore,
    },
  }
}

/** As many as there is time for. */
async function takenOver(work: TakeoverWork, log: OpenLog, at: Scene): Promise<Measured> {
  const second = await opened(work.log)
  const takeovers = new Takeovers({ ...doors, ...work, logs: [log, second], scene: at })
  const during = async (ms: number) => {
    const times: number[] = []
    const untilMs = sharedMs() + ms
    while (sharedMs() < untilMs) times.push(await takeovers.next())
    return times
  }
  await during(work.warmMs)
  say('begin')
  const [fromMs, cpuBefore] = [sharedMs(), cpuSeconds()]
  const times = await during(work.measuredMs)
  const [toMs, cpuAfter] = [sharedMs(), cpuSeconds()]
  say('end')
  await takeovers.allOut()
  takeovers.close()
  second.close()
  return {
    span: { fromMs, toMs },
    outputs: takeovers.outputs,
    figures: {
      done: times.length,
      p50Ms: quantile(times, 0.5),
      p99Ms: quantile(times, 0.99),
      maxMs: quantile(times, 1),
      clientCpuSeconds: cpuAfter - cpuBefore,
    },
  }
}

/** Leads in a process of its own, which has followed for a while. */
async function succeed({ followMs, log: place, ...work }: SuccessorWork): Promise<void> {
  const log = await opened(place)
  const found = await succeeded({ ...doors, ...work, log, follow: () => sleep(followMs) })
  process.send?.(found, () => process.disconnect())
  log.close()
}

function stepsOf(work: SuccessorWork): Promise<Steps> {
  const args = ['bench/publish/program.ts', JSON.stringify(work)]
  const child = fork('scripts/run.mjs', args, { execArgv: [] })
  return new Promise((resolve, reject) => {
    child.once('exit', code => reject(new Error(`who took over ended with ${code}`)))
    child.once('message', found => resolve(found as Steps))
  })
}

/** Each of another group, whose leader before is this process. */
async function firsts(work: FirstWork, log: OpenLog, at: Scene): Promise<Measured> {
  const { takeovers: groups, sizeBytes, followMs, log: place } = work
  const { target } = at
  say('begin')
  const fromMs = sharedMs()
  const all: Steps[] = []
  for (let group = 0; group < groups; group++) {
    const seat = at.seatOf(group)
    await leaveOpen(log, { seat, target, sizeBytes })
    const own = { log: place, target, seat, group, groups, sizeBytes, followMs }
    all.push(await stepsOf({ kind: 'succeed', ...own }))
  }
  const toMs = sharedMs()
  say('end')
  const times = all.map(({ committed = Number.NaN }) => committed)
  return {
    span: { fromMs, toMs },
    outputs: groups * OUTPUTS,
    figures: {
      done: times.length,
      p50Ms: quantile(times, 0.5),
      p99Ms: quantile(times, 0.99),
      maxMs: quantile(times, 1),
      clientCpuSeconds: 0,
      steps: medians(all, median),
    },
  }
}

async function main(): Promise<void> {
  const work = JSON.parse(process.argv[2] ?? '') as Work
  if (work.kind === 'read') await read(work)
  else if (work.kind === 'succeed') await succeed(work)
  else if (work.kind === 'first') {
    await withReader(work, work.takeovers, (log, at) => firsts(work, log, at))
  } else if (work.kind === 'publish') {
    await withReader(work, work.groups, (log, at) => published(work, log, at))
  } else await withReader(work, 1, (log, at) => takenOver(work, log, at))
}

await main()
