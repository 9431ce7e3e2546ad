/** Which log a source or a sink lies in: as much as a node needs to open it. */

import type { Json, JsonMap } from '../job/document/node.ts'

export type Connection =
  /** An embedded log; without an address, the one that the cluster was told of. */
  | { readonly kind: 'log'; readonly address?: string }
  | { readonly kind: 'kafka'; readonly brokers: readonly string[]; readonly options: ClientOptions }

/** What a client of Kafka is told besides, as `kafka/options.ts` takes it. */
export interface ClientOptions {
  readonly sasl?: {
    readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512'
    readonly username: string
    readonly password: string
  }
  readonly tls?: Readonly<Partial<Record<'ca' | 'cert' | 'key' | 'servername', string>>>
}

/** Equal for what is taken for one log. Two sets of brokers of one cluster are two logs. */
export function connectionId(connection: Connection): string {
  if (connection.kind === 'log') return `log ${connection.address ?? ''}`
  const { brokers, options } = connection
  return `kafka ${brokers.toSorted().join(',')} ${JSON.stringify(options)}`
}

export type ConnectionReading =
  | { readonly connection: Connection; readonly trouble?: never }
  | { readonly trouble: string; readonly connection?: never }

const ADDRESS = /^[^\s,]+:\d{1,5}$/

/** `address` as a job says it. */
export function logConnection(address: string | undefined): ConnectionReading {
  if (address === undefined) return { connection: { kind: 'log' } }
  if (ADDRESS.test(address)) return { connection: { kind: 'log', address } }
  return { trouble: `'${address}' is no HOST:PORT of an embedded log` }
}

interface KafkaWords {
  readonly brokers?: string | readonly string[] | undefined
  readonly options?: Json | undefined
}

export function kafkaConnection({ brokers = [], options = {} }: KafkaWords): ConnectionReading {
  const all = [brokers].flat().flatMap(text => text.split(',').map(one => one.trim()))
  const wrong = all.find(one => !ADDRESS.test(one))
  if (all.length === 0) return { trouble: 'no broker is named: brokers: HOST:PORT' }
  if (wrong !== undefined) return { trouble: `'${wrong}' is no HOST:PORT of a broker` }
  const trouble = optionTrouble(options as JsonMap)
  if (trouble !== undefined) return { trouble }
  return { connection: { kind: 'kafka', brokers: all, options: options as ClientOptions } }
}

const known: Readonly<Record<string, readonly string[]>> = {
  sasl: ['mechanism', 'username', 'password'],
  tls: ['ca', 'cert', 'key', 'servername'],
}
const mechanisms: readonly unknown[] = ['plain', 'scram-sha-256', 'scram-sha-512']

function optionTrouble(options: JsonMap): string | undefined {
  for (const [name, value] of Object.entries(options)) {
    const words = known[name]
    if (words === undefined)
      return `options has ${name}, and knows ${Object.keys(known).join(', ')}`
    const some = Object.entries(typeof value === 'object' ? (value ?? {}) : { [name]: value })
    const odd = some.find(([word, text]) => !words.includes(word) || typeof text !== 'string')
    if (odd !== undefined) return `options.${name} is of texts: ${words.join(', ')}`
    if (name === 'sasl' && !isSasl(Object.fromEntries(some))) {
      return `options.sasl has mechanism (${mechanisms.join(', ')}), username and password`
    }
  }
  return undefined
}

function isSasl(sasl: Readonly<Record<string, unknown>>): boolean {
  const isWhole = sasl['username'] !== undefined && sasl['password'] !== undefined
  return isWhole && mechanisms.includes(sasl['mechanism'])
}
