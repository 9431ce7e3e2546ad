/**
 * Asks a broker how many transactions it is ending: decided, and not yet known to be marked in all
 * their partitions. It is Kafka's ListTransactions, which kafkajs does not speak.
 */

import { own, type Question } from '../protocol/message.ts'
import { mustBeGood } from '../trouble.ts'

const API = { apiKey: 66, apiVersion: 0, apiName: 'ListTransactions' }
const STATES = ['PrepareCommit', 'PrepareAbort']

/** Short enough that a length and one more is one byte. */
const text = (word: string) => [1 + word.length, ...Buffer.from(word)]

/** Tags of the header, the states that are meant, producers (any), tags of the body. */
const asked = Buffer.from([0, 1 + STATES.length, ...STATES.flatMap(text), 1, 0])

const ERROR_AT = 5
const UNKNOWN_STATES_AT = 7
const MORE = 0x80

/** Behind the tags of the header and a time to wait, the error, states that it does not know. */
function counted(answer: Buffer): number {
  mustBeGood(answer.readInt16BE(ERROR_AT), 'transactions that are being ended')
  const unknown = answer.readUInt8(UNKNOWN_STATES_AT)
  const [low = 0, high = 0] = answer.subarray(UNKNOWN_STATES_AT + 1)
  if (unknown !== 1) throw new Error('the broker does not know all states that are meant')
  return (low < MORE ? low : low - MORE + MORE * high) - 1
}

export const unended: Question<number> = own(API, () => asked, counted)
