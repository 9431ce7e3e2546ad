/** Our door on a scripted broker, both anew for each test. */

import { afterEach, beforeEach } from 'vitest'
import type { Partition, TransactionalProducer } from '../../../base/stream-log.ts'
import { KafkaLog } from '../kafka.ts'
import type { Limits } from '../options.ts'
import { answer, code, value, words } from './caller.ts'
import { ScriptedBroker, TOPIC } from './scripted.ts'

export const at: Partition = { topic: TOPIC, partition: 0 }
export const other: Partition = { topic: TOPIC, partition: 1 }
/** A patience that is over soon. */
export const SOON_MS = 60
/** Where an answer is to stay away: long enough for those that do not, on a busy machine too. */
export const SILENT: Partial<Limits> = { answerMs: 1000 }

export class Scene {
  #broker: ScriptedBroker | undefined
  readonly #logs: KafkaLog[] = []

  get broker(): ScriptedBroker {
    if (this.#broker === undefined) throw new Error('no test has begun')
    return this.#broker
  }

  async begin(): Promise<void> {
    this.#broker = await ScriptedBroker.open()
  }

  async end(): Promise<void> {
    for (const log of this.#logs.splice(0)) log.close()
    await this.broker.close()
  }

  /** Another one, that knows nothing of the first, behind the same address. */
  async replaceBroker(): Promise<void> {
    const { port } = this.broker
    await this.broker.close()
    this.#broker = await ScriptedBroker.open(port)
  }

  open(limits: Partial<Limits> = {}, cluster?: string): KafkaLog {
    const expected = cluster === undefined ? {} : { cluster }
    const brokers = [this.broker.address]
    const log = new KafkaLog({ brokers, clientId: 'weir', limits, ...expected })
    this.#logs.push(log)
    return log
  }
}

export function useScene(): Scene {
  const scene = new Scene()
  beforeEach(() => scene.begin())
  afterEach(() => scene.end())
  return scene
}

export const endOf = (log: KafkaLog, of = at) =>
  answer<number>(done => log.end(of, 'committed', done))

export async function begun(log: KafkaLog): Promise<TransactionalProducer> {
  const producer = log.producer({ transactionalId: 'id', timeoutMs: 1000 })
  await value<void>(done => producer.init(done))
  return producer
}

type Parts = readonly Parameters<typeof words>[]

export const sent = (producer: TransactionalProducer, ...parts: Parts) =>
  answer<readonly number[]>(done =>
    producer.send(
      parts.map(part => words(...part)),
      done,
    ),
  )

export const ended = (producer: TransactionalProducer) =>
  code<void>(done => producer.end('commit', done))

export const append = (log: KafkaLog, ...parts: Parts) =>
  answer<readonly number[]>(done =>
    log.append(
      parts.map(part => words(...part)),
      done,
    ),
  )
