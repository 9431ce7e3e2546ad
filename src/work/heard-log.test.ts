/** What was heard of a log last: errors of any call are kept, answers are passed on as they are. */

import { expect, test } from 'vitest'
import { RelayedLog } from '../base/relayed-log.ts'
import type {
  LogAnswer,
  LogError,
  Partition,
  StreamLog,
  TransactionalProducer,
} from '../base/stream-log.ts'
import { type Heard, HeardLog } from './heard-log.ts'

const PLACE: Partition = { topic: 't', partition: 0 }
const ID = { transactionalId: 'id', timeoutMs: 1000 }
const HOW = { isolation: 'committed', maxBytes: 10, waitMs: 0 } as const

/** Gives every call the same answer. */
class EchoLog {
  readonly isOneProcess = false
  readonly #answer: LogAnswer<never>

  constructor(answer: LogAnswer<never>) {
    this.#answer = answer
  }

  describe: StreamLog['describe'] = (_, done) => done(this.#answer)
  start: StreamLog['start'] = (_, done) => done(this.#answer)
  end: StreamLog['end'] = (_, __, done) => done(this.#answer)
  fetch: StreamLog['fetch'] = (_, __, ___, done) => {
    done(this.#answer)
    return { cancel: () => {} }
  }
  producer = (): TransactionalProducer => ({
    init: done => done(this.#answer),
    send: (_, done) => done(this.#answer),
    end: (_, done) => done(this.#answer),
    close: () => {},
  })
}

type Done = (answer: LogAnswer<unknown>) => void

const calls: readonly (readonly [string, (log: StreamLog, done: Done) => unknown])[] = [
  ['describe', (log, done) => log.describe('t', done)],
  ['start', (log, done) => log.start(PLACE, done)],
  ['end', (log, done) => log.end(PLACE, 'committed', done)],
  ['fetch', (log, done) => log.fetch(PLACE, 0, HOW, done)],
  ['init', (log, done) => log.producer(ID).init(done)],
  ['send', (log, done) => log.producer(ID).send([], done)],
  ['commit', (log, done) => log.producer(ID).end('commit', done)],
]

function asked(answer: unknown, call: (log: StreamLog, done: Done) => unknown, heard: Heard) {
  const echo = new EchoLog(answer as LogAnswer<never>) as unknown as StreamLog
  const answers: unknown[] = []
  call(new HeardLog(new RelayedLog(echo), heard), one => answers.push(one))
  return answers
}

test.each(calls)('an error of %s is kept, and passed on', (_, call) => {
  const error: LogError = { code: 'unavailable', message: 'nobody answers' }
  const heard: Heard = { error: undefined }
  expect(asked({ error }, call, heard)).toEqual([{ error }])
  expect(heard.error).toEqual(error)
  expect(asked({ value: 1 }, call, heard)).toEqual([{ value: 1 }])
  expect(heard.error).toEqual(error)
})
