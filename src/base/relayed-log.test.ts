/** What is passed on goes as it came, and so does the answer. */

import { expect, test } from 'vitest'
import { RelayedLog } from './relayed-log.ts'
import type { LogDone, StreamLog } from './stream-log.ts'

const PLACE = { topic: 't', partition: 1 }
const HOW = { isolation: 'committed', maxBytes: 1, waitMs: 0 } as const
const TOPIC = { topic: 't', partitions: 1, replication: 1, settings: {} }
const COMING = { transactionalId: 'id', journal: PLACE, topics: ['t'] }
const PARTS = [{ ...PLACE, records: [] }]

type Noted = readonly [string, ...(readonly unknown[])]
type Done = LogDone<unknown>

/** Notes what it is asked, and answers with that. */
function noting(noted: Noted[]): StreamLog {
  const about = (_: object, name: string | symbol) => {
    if (name === 'isOneProcess') return true
    return (...asked: unknown[]) => {
      const done = asked.at(-1)
      const call: Noted = [String(name), ...asked.filter(one => typeof one !== 'function')]
      noted.push(call)
      if (typeof done === 'function') done({ value: call })
      return call
    }
  }
  return new Proxy({}, { get: about }) as StreamLog
}

const calls: readonly (readonly [string, (log: RelayedLog, done: Done) => unknown, unknown[]])[] = [
  ['cluster', (log, done) => log.cluster(done), []],
  ['describe', (log, done) => log.describe('t', done), ['t']],
  ['create', (log, done) => log.create(TOPIC, done), [TOPIC]],
  ['drop', (log, done) => log.drop('t', done), ['t']],
  ['start', (log, done) => log.start(PLACE, done), [PLACE]],
  ['end', (log, done) => log.end(PLACE, 'committed', done), [PLACE, 'committed']],
  ['fetch', (log, done) => log.fetch(PLACE, 5, HOW, done), [PLACE, 5, HOW]],
  ['deleteRecords', (log, done) => log.deleteRecords(PLACE, 7, done), [PLACE, 7]],
  ['prepare', (log, done) => log.prepare(COMING, done), [COMING]],
  ['append', (log, done) => log.append(PARTS, done), [PARTS]],
]

test.each(calls)('%s is passed on, and its answer back', (name, ask, asked) => {
  const noted: Noted[] = []
  const answers: unknown[] = []
  const log = new RelayedLog(noting(noted))
  const returned = ask(log, answer => answers.push(answer))
  expect(noted).toEqual([[name, ...asked]])
  expect(answers).toEqual([{ value: noted[0] }])
  if (name === 'fetch') expect(returned).toBe(noted[0])
})

test('a producer is that of the log behind, and so is what it says of itself', () => {
  const log = new RelayedLog(noting([]))
  const options = { transactionalId: 'id', timeoutMs: 1 }
  expect(log.producer(options)).toEqual(['producer', options])
  expect(log.isOneProcess).toBe(true)
})
