/** Every call is passed on, and counted by its answer. */

import { expect, test } from 'vitest'
import type { LogAnswer, TransactionalProducer } from '../../src/base/stream-log.ts'
import { counted } from './counted.ts'

test('calls are counted by what they were answered', () => {
  const fenced = { error: { code: 'fenced', message: 'another has it' } } as const
  let isClosed = false
  const producer: TransactionalProducer = {
    init: done => done({ value: undefined }),
    send: (records, done) => done({ value: [records.length] }),
    end: (how, done) => done(how === 'commit' ? fenced : { value: undefined }),
    close: () => {
      isClosed = true
    },
  }
  const counts = new Map<string, number>()
  const watched = counted(producer, counts)
  const answers: LogAnswer<unknown>[] = []
  const note = (answer: LogAnswer<unknown>) => answers.push(answer)
  watched.init(note)
  watched.send([], note)
  watched.send([], note)
  watched.end('commit', note)
  watched.end('abort', note)
  watched.close()
  const nothing = { value: undefined }
  expect(answers).toEqual([nothing, { value: [0] }, { value: [0] }, fenced, nothing])
  expect(Object.fromEntries(counts)).toEqual({
    'init ok': 1,
    'send ok': 2,
    'commit fenced': 1,
    'abort ok': 1,
  })
  expect(isClosed).toBe(true)
})
