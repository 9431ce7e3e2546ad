/**
 * `main.ts PLAN CONFIG`: a node whose groups publish, put together as `weir node` is: the same log,
 * state store, links and HTTP interface, another machine. Runs until it is asked to stop.
 */

import { readFileSync } from 'node:fs'
import { makeApp } from '../../src/api/app.ts'
import { NodeMetrics } from '../../src/api/metrics.ts'
import { WeirError } from '../../src/base/errors.ts'
import type { GroupId } from '../../src/base/ids.ts'
import type { ProducerOptions } from '../../src/base/stream-log.ts'
import { readConfig } from '../../src/cli/config-file.ts'
import { KafkaLog } from '../../src/connectors/kafka/kafka.ts'
import { realClock } from '../../src/io/clock.ts'
import { askHttp, listenHttp } from '../../src/io/http.ts'
import { JsonLog } from '../../src/io/log.ts'
import { SystemRandom } from '../../src/io/random.ts'
import { WeirNode } from '../../src/node/node.ts'
import { advertised, judgeSettings, type NodeSettings } from '../../src/node/settings.ts'
import { counted } from './counted.ts'
import { Desks } from './desks.ts'
import { StoredMachine } from './machine.ts'
import { brokerLimits, type JobPlan } from './plan.ts'
import { publishingServer } from './service/server.ts'

const ASK_MS = 3000
const PAUSE_MS = 50

class CountedLog extends KafkaLog {
  readonly counts = new Map<string, number>()

  override producer(options: ProducerOptions) {
    return counted(super.producer(options), this.counts)
  }
}

function settingsIn(path: string): NodeSettings {
  const read = readConfig(readFileSync(path, 'utf8'), process.env)
  const judged = read.trouble === undefined ? judgeSettings(read.values) : read
  if (judged.trouble !== undefined) throw new Error(`${path}: ${judged.trouble}`)
  return judged.settings
}

const [planPath = '', configPath = ''] = process.argv.slice(2)
const plan = JSON.parse(readFileSync(planPath, 'utf8')) as JobPlan
const settings = settingsIn(configPath)
const { node: name, groups } = settings
const write = (line: string) => process.stderr.write(line)
const logger = new JsonLog({ level: 'info', always: { node: name }, nowMs: Date.now, write })
const clock = realClock
const random = new SystemRandom()
const log = new CountedLog({ brokers: plan.brokers, clientId: name, limits: brokerLimits })
const version = { version: 'drill' }
const metrics = new NodeMetrics(() => node.face, version)
const find = (group: GroupId) => node.find(group)
const desks = new Desks({ plan, groups, clock, random, log, logger, node: () => node })
const desk = (group: GroupId) => desks.of(group)
const node: WeirNode<StoredMachine> = new WeirNode({
  ...{ settings, logger, clock, random, meter: metrics, tls: undefined },
  makeMachine: (space, done) => {
    const onApplied = (machine: StoredMachine) => desks.onApplied(machine)
    StoredMachine.open({ generation: plan.claim.generation, space, onApplied }, done)
  },
  services: () => [publishingServer({ find, desk, counts: log.counts })],
  onFatal: (code, message) => {
    throw new WeirError(code, message)
  },
})

const app = makeApp({
  face: () => node.face,
  jobs: () => undefined,
  ask: (http, path, post) =>
    askHttp(`http://${http}${path}`, {
      timeoutMs: ASK_MS,
      ...(post === undefined ? {} : { post }),
    }),
  pause: () => new Promise(resolve => setTimeout(resolve, PAUSE_MS)),
  ...{ metrics, version },
  onBroken: error => logger.log('error', 'a request broke', { why: String(error) }),
})
const asked = new Promise(resolve => process.once('SIGTERM', resolve))
const listen = await node.listen()
const http = await listenHttp(settings.http, app)
await node.join(advertised(settings, { listen, http: http.port }))
logger.log('info', 'the node is a member')
await asked
await node.stop()
log.close()
await http.close()
