/** The log of a drill's job on three real brokers, which kcat reads in the end. */

import type { Partition } from '../../../src/base/stream-log.ts'
import { KafkaLog } from '../../../src/connectors/kafka/kafka.ts'
import { randomId } from '../../../src/io/random.ts'
import { Brokers } from '../publishing/brokers.ts'
import { readCommitted } from '../publishing/kcat.ts'
import { answerOf, type Backing } from './backing.ts'
import { JOB, type JobNames, namesOf } from './job.ts'

/** The drill's own questions are not to wait for long: they are asked again. */
const PATIENCE_MS = 5000

export async function kafkaBacking(say: (text: string) => void): Promise<Backing> {
  const brokers = await Brokers.open(say)
  const { list } = brokers
  const log = new KafkaLog({
    brokers: list,
    clientId: 'weir-drill',
    limits: { patienceMs: PATIENCE_MS },
  })
  // Others use these brokers too, and what a drill left that was killed is no next one's.
  const names = namesOf(`${JOB}-${randomId()}`)
  const end = async () => {
    for (const trouble of await undropped(log, names)) say(trouble)
    log.close()
    await brokers.end()
  }
  const found = (of: Partition) => readCommitted(list, of)
  return { home: { kafka: { brokers: list } }, log, names, replication: list.length, found, end }
}

/** What did not go; a drill that was over early had not made them all. */
async function undropped(
  log: KafkaLog,
  { inputs, outputs, dead, journal }: JobNames,
): Promise<readonly string[]> {
  const troubles: string[] = []
  for (const topic of [inputs, ...Object.values(outputs), dead, journal]) {
    const { error } = await answerOf<void>(done => log.drop(topic, done))
    if (error === undefined || error.code === 'no-such-topic') continue
    troubles.push(`${topic} was not deleted: ${error.code}: ${error.message}`)
  }
  return troubles
}
