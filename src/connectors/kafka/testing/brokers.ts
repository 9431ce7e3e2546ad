/**
 * Three real brokers for a test file: its turn with them, clients that are closed when it ends, and
 * names that nobody has used. kcat is the judge: it shares no code with what it judges.
 */

import { execFileSync } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll } from 'vitest'
import { type KafkaFates, KafkaProxy } from '../../../../chaos/live/faults/kafka-proxy.ts'
import { kafka3 } from '../../../../scripts/services/kafka/kafka.ts'
import { brokersOf } from '../../../../scripts/services/kafka/settings.ts'
import { startAll } from '../../../../scripts/services/one.ts'
import { lastState } from '../../../../scripts/services/state.ts'
import { type Turn, turnWith } from '../../../../scripts/services/turn.ts'
import { KafkaLog } from '../kafka.ts'
import type { KafkaOptions } from '../options.ts'

/** Others have their turns first, and the brokers may have to be fetched. */
const TURN_MS = 20 * 60_000
const RETURN_MS = 3 * 60_000
const POLL_MS = 1
/** Then kcat is not there any more to judge. */
const JUDGED_MS = 60_000
const quiet = () => {}

export class Brokers {
  #turn: Turn | undefined
  readonly #logs: KafkaLog[] = []
  readonly #proxies: KafkaProxy[] = []
  #names = 0
  readonly #salt = `${process.pid}x${Math.floor(Math.random() * 1e9)}`

  async begin(): Promise<void> {
    this.#turn = await turnWith(kafka3, quiet)
  }

  async end(): Promise<void> {
    for (const log of this.#logs.splice(0)) log.close()
    await Promise.all(this.#proxies.splice(0).map(proxy => proxy.close()))
    this.#turn?.end()
  }

  get list(): readonly string[] {
    if (this.#turn === undefined) throw new Error('it is not our turn')
    return this.#turn.address.split(',')
  }

  open(options: Partial<KafkaOptions> = {}): KafkaLog {
    const log = new KafkaLog({ brokers: this.list, clientId: 'weir-test', ...options })
    this.#logs.push(log)
    return log
  }

  /** One before each of them; whoever calls there is told to call there from then on. */
  async proxies(fates: KafkaFates): Promise<readonly KafkaProxy[]> {
    for (const { proxied, behindProxy } of brokersOf(lastState(kafka3)?.ports ?? [])) {
      this.#proxies.push(await KafkaProxy.open(proxied, behindProxy, fates))
    }
    return this.#proxies
  }

  /** Letters and digits that nobody has used. */
  name(): string {
    return `t${this.#salt}n${this.#names++}`
  }

  /** Time passes by itself. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await sleep(POLL_MS)
  }

  /** Values of a topic, or of one of its partitions, as a reader of committed records sees them. */
  judged(topic: string, partition?: number): readonly string[] {
    const where = partition === undefined ? [] : ['-p', `${partition}`]
    const args = ['-C', '-t', topic, ...where, '-o', 'beginning', '-e', '-q', '-f', '%s\n']
    const committed = ['-X', 'isolation.level=read_committed', '-X', 'fetch.wait.max.ms=10']
    const all = ['-b', this.list.join(','), ...args, ...committed]
    const said = execFileSync('kcat', all, {
      encoding: 'utf8',
      stdio: ['pipe', 'pipe', 'ignore'],
      timeout: JUDGED_MS,
    })
    return said.split('\n').slice(0, -1)
  }
}

/** For the whole file. A test that fails leaves no broker away: the next would wait for it. */
export function useBrokers(): Brokers {
  const brokers = new Brokers()
  beforeAll(() => brokers.begin(), TURN_MS)
  afterEach(() => startAll(kafka3), RETURN_MS)
  afterAll(() => brokers.end())
  return brokers
}
