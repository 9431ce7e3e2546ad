/** Transactional ids that nobody uses are forgotten, by the time that the log has written down. */

import { expect, test } from 'vitest'
import type { AskedBy } from './calls.ts'
import type { Life } from './state/producers.ts'
import { StillLog } from './testing/still-log.ts'
import { append, at, begun, large, told, words } from './testing/words.ts'

const IDS_MS = 100_000
/** Room for two ids. */
const limits = { ...large, idsMs: IDS_MS, producersMax: 2 }

const begin = (still: StillLog, transactionalId: string) =>
  still.answer<Life>(done => still.log.ask('begin', { transactionalId, timeoutMs: 900_000 }, done))
const life = (still: StillLog, id: string) => told(begin(still, id)) as Life
const send = (still: StillLog, of: Life, sequence = 1) => {
  const asked: AskedBy<'send'> = { ...of, sequence, parts: [words('a')] }
  return still.code<unknown>(done => still.log.ask('send', asked, done))
}
const commit = (still: StillLog, of: Life, sequence = 1) =>
  still.code<unknown>(done => {
    still.log.ask('finish', { ...of, sequence, verdict: 'commit' }, done)
  })

/** As the log itself sees that time passes. */
function pass(still: StillLog, ms: number): void {
  for (let left = ms; left > 0; left -= limits.retentionMs) {
    still.clock.goOn(Math.min(left, limits.retentionMs))
    still.settle()
  }
}

/** On the same disk, when it is as late. */
function reopened({ disk, clock }: StillLog): StillLog {
  disk.kill()
  const again = new StillLog(disk, limits)
  again.clock.goOn(clock.monotonicMs() - again.clock.monotonicMs())
  again.settle()
  return again
}

test('an id that nobody has used for long makes room, and its last life is fenced', () => {
  const still = begun({}, limits)
  const [old, used] = [life(still, 'old'), life(still, 'used')]
  expect(begin(still, 'new').error?.code).toBe('unavailable')
  pass(still, IDS_MS - limits.retentionMs)
  expect([send(still, used), commit(still, used)]).toEqual(['ok', 'ok'])
  pass(still, 3 * limits.retentionMs)
  const next = life(still, 'new')
  expect([old.producer, used.producer, next.producer]).toEqual([1, 2, 3])
  expect([send(still, old), commit(still, old, 0)]).toEqual(['fenced', 'fenced'])
  expect([send(still, used, 2), commit(still, used, 2)]).toEqual(['ok', 'ok'])
  expect(begin(still, 'old').error?.code).toBe('unavailable')
})

test('one that comes back is another producer, whoever had numbers meanwhile', () => {
  const still = begun({}, limits)
  const before = life(still, 'a')
  pass(still, 2 * IDS_MS)
  const after = life(still, 'a')
  expect([before, after]).toEqual([
    { producer: 1, epoch: 1 },
    { producer: 2, epoch: 1 },
  ])
  expect([send(still, after), send(still, before)]).toEqual(['ok', 'fenced'])
})

test('one with an open transaction is not forgotten', () => {
  const still = begun({}, limits)
  const open = life(still, 'open')
  expect(send(still, open)).toBe('ok')
  pass(still, 2 * IDS_MS)
  expect([commit(still, open), begin(reopened(still), 'other').error]).toEqual(['ok', undefined])
})

test('what was forgotten is so after a restart, and what was not is not sooner nor later', () => {
  const still = begun({}, limits)
  life(still, 'old')
  pass(still, IDS_MS / 2)
  const young = life(still, 'young')
  pass(still, limits.retentionMs)
  const again = reopened(still)
  pass(again, IDS_MS / 2)
  const late = reopened(again)
  expect(send(late, young)).toBe('ok')
  expect(commit(late, young)).toBe('ok')
  expect(begin(late, 'new').error).toBeUndefined()
  expect(begin(late, 'more').error?.code).toBe('unavailable')
})

test('where nothing is done, nothing is written', () => {
  const still = begun({}, limits)
  life(still, 'a')
  pass(still, 2 * limits.retentionMs)
  const { syncs } = still.log.stats()
  pass(still, 5 * limits.retentionMs)
  expect(still.log.stats().syncs).toBe(syncs)
  append(still, 'x')
  expect(still.value<number>(done => still.client.end(at, 'committed', done))).toBe(1)
})
