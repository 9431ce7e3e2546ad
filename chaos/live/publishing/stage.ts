/** Drills of the publishing machine: three real brokers, a job claimed on them, its nodes. */

import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { groupId } from '../../../src/base/ids.ts'
import type { LogDone } from '../../../src/base/stream-log.ts'
import { KafkaLog } from '../../../src/connectors/kafka/kafka.ts'
import { realClock } from '../../../src/io/clock.ts'
import { randomId, SystemRandom } from '../../../src/io/random.ts'
import { claimJob } from '../../../src/journal/claims/claim-driver.ts'
import type { ClaimOutcome } from '../../../src/journal/claims/claiming.ts'
import type { Claim } from '../../../src/journal/types.ts'
import { boundsOf, type JobPlan, outputTopic, seatOf, topicsOf } from '../../publish/plan.ts'
import { PublishingClient } from '../../publish/service/client.ts'
import { bundled } from '../../sim/mutants/bundle.ts'
import { LOGS, OUTPUT_PARTITIONS, SINKS } from '../../sim/publish/output.ts'
import type { NodeProgram } from '../cluster/node.ts'
import type { Drill } from '../drill.ts'
import type { Stage, StageOptions } from '../stage.ts'
import { Brokers } from './brokers.ts'
import { Feeders } from './feeders.ts'

const TRANSACTION_MS = 3000
const RETRY_MS = 5
/** The drill's own questions are not to wait for brokers that it has taken away. */
const PATIENCE_MS = 5000

export async function publishStage({ drill, folder, say }: StageOptions): Promise<Stage> {
  const brokers = await Brokers.open(say)
  const limits = { patienceMs: PATIENCE_MS }
  const log = new KafkaLog({ brokers: brokers.list, clientId: 'weir-drill', limits })
  // Nodes are started often: what they run is made once, where it finds the packages.
  const programs = resolve('node_modules', '.cache', 'weir', 'drills', String(process.pid))
  mkdirSync(programs, { recursive: true })
  const end = async () => {
    rmSync(programs, { recursive: true })
    log.close()
    await brokers.end()
  }
  try {
    const main = await bundled(programs, undefined, 'chaos/publish/main.ts')
    const isProxied = drill.faults.some(({ kind }) => kind === 'call')
    const dialled = isProxied ? await brokers.proxied() : brokers.list
    const plan = await begun(log, drill, dialled)
    const path = join(folder, 'job.json')
    writeFileSync(path, JSON.stringify(plan))
    const program = { command: process.execPath, args: [main, path] }
    return staged({ drill, brokers, log, plan, program, end })
  } catch (error) {
    await end()
    throw error
  }
}

interface Begun {
  readonly drill: Drill
  readonly brokers: Brokers
  readonly log: KafkaLog
  readonly plan: JobPlan
  readonly program: NodeProgram
  end(): Promise<void>
}

function staged({ drill, brokers, log, plan, program, end }: Begun): Stage {
  const { clientsPerGroup, callMs } = drill
  const all = groupsOf(drill)
  const seats = LOGS.flatMap(name => {
    return all.map(group => [group, seatOf(plan, groupId(group), name)] as const)
  })
  brokers.seats = seats
  const outputs = SINKS.flatMap(sink => {
    const topic = outputTopic(plan, sink)
    return Array.from({ length: OUTPUT_PARTITIONS }, (_, partition) => ({ sink, topic, partition }))
  })
  return {
    program,
    hasProxies: false,
    logs: brokers,
    load: ({ groups, nodes }, random) => {
      const told = nodes.map(({ id, plan: at }) => [id, new PublishingClient(at.listen)] as const)
      return new Feeders({
        ...{ groups, clientsPerGroup, callMs, random, seats, outputs, log },
        clients: new Map(told),
        nodes: nodes.map(({ id }) => id),
        retryMs: RETRY_MS,
        brokers: brokers.list,
      })
    },
    async end() {
      for (const { topic } of topicsOf(plan, drill.groups)) {
        await answered<void>(done => log.drop(topic, done))
      }
      await end()
    },
  }
}

const groupsOf = ({ groups }: Drill) => Array.from({ length: groups }, (_, at) => at + 1)

/** What the log answers; an error of its is the drill's. */
function answered<T>(ask: (done: LogDone<T>) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    ask(answer => {
      if (answer.error === undefined) resolve(answer.value)
      else reject(new Error(`${answer.error.code}: ${answer.error.message}`))
    })
  })
}

/** Topics that nobody has, and a claim on them. */
async function begun(log: KafkaLog, drill: Drill, brokers: readonly string[]): Promise<JobPlan> {
  const named = { name: `drill-${randomId()}`, transactionMs: TRANSACTION_MS }
  for (const topic of topicsOf(named, drill.groups)) {
    await answered<void>(done => log.create(topic, done))
  }
  const outcome = await new Promise<ClaimOutcome>(resolve => {
    claimJob(
      {
        ...{ clock: realClock, random: new SystemRandom(), bounds: boundsOf(named) },
        wish: { kind: 'submit', owner: randomId() },
        lanes: LOGS.map(name => {
          return { log, seats: groupsOf(drill).map(group => seatOf(named, groupId(group), name)) }
        }),
        record: (_: Claim, done) => void realClock.after(0, done),
      },
      resolve,
    )
  })
  if (outcome.kind === 'done') return { ...named, brokers, claim: outcome.claim }
  throw new Error(`${outcome.trouble.code}: ${outcome.trouble.message}`)
}
