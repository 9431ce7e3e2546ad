/** The logs that are measured: one place each, and everything else is the same for all. */

import type { StreamLog } from '../../src/base/stream-log.ts'
import type { LogPlace } from './work.ts'

/** A client's connections to a log. */
export interface OpenLog extends StreamLog {
  close(): void
}

async function kafkaLog(address: string): Promise<OpenLog> {
  const { KafkaLog } = await import('../../src/connectors/kafka/kafka.ts')
  return new KafkaLog({ brokers: address.split(','), clientId: 'weir-bench' })
}

const bodies: Readonly<Record<string, (address: string) => Promise<OpenLog>>> = {
  kafka: kafkaLog,
  kafka3: kafkaLog,
  embedded: async address => {
    const { LogClient } = await import('../../src/connectors/log/client.ts')
    const { GrpcLine } = await import('../../src/connectors/log/wire/client.ts')
    const line = new GrpcLine({ address })
    return Object.assign(new LogClient(line), { close: () => line.close() })
  },
}

export async function opened({ body, address }: LogPlace): Promise<OpenLog> {
  const open = bodies[body]
  if (open === undefined) throw new Error(`no log is called ${body}`)
  return await open(address)
}
