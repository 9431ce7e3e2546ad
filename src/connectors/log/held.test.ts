/** Sends that are held back until somebody must rely on them. */

import { expect, test } from 'vitest'
import { StillLog } from './testing/still-log.ts'
import { append, at, begun, large, seen, syncs, told, words } from './testing/words.ts'

/** A transaction into which something was sent that is held back. */
function opened(still: StillLog) {
  const producer = still.client.producer({ transactionalId: 'p', timeoutMs: 600_000 })
  still.value<void>(done => producer.init(done))
  const before = syncs(still)
  still.value<unknown>(done => producer.send([words('a b')], done))
  expect(syncs(still)).toBe(before)
  return producer
}

test('what is sent into a transaction is written with what decides it, and synced once', () => {
  const still = begun()
  const producer = opened(still)
  const before = syncs(still)
  expect(still.value<number>(done => still.client.end(at, 'committed', done))).toBe(0)
  expect([syncs(still), seen(still)]).toEqual([before, ''])
  still.value<void>(done => producer.end('commit', done))
  still.disk.kill()
  expect([syncs(still), seen(new StillLog(still.disk, large))]).toEqual([before + 1, 'a b'])
})

test('a transaction whose sends were lost with a process is not committed', () => {
  const still = begun()
  opened(still)
  still.disk.kill()
  const again = new StillLog(still.disk, large)
  const life = { producer: 1, epoch: 1 }
  for (const verdict of ['commit', 'abort'] as const) {
    const late = again.answer<undefined>(done =>
      again.log.ask('finish', { ...life, sequence: 1, verdict }, done),
    )
    expect(late.error?.code).toBe('unavailable')
    expect(late.error?.message).toContain('begin anew')
  }
  expect([...again.read(at, 'uncommitted')]).toEqual([])
})

test.each(['the end', 'a fetch', 'a fetch that waits'])(
  'who looks at what is not decided, by %s, is shown what is durable',
  how => {
    const still = begun()
    const open = { isolation: 'uncommitted', maxBytes: 100, waitMs: 1000 } as const
    const texts: unknown[] = []
    const fetch = (): void => {
      still.client.fetch(at, 0, open, answer => texts.push(told(answer)))
    }
    if (how === 'a fetch that waits') {
      fetch()
      still.settle()
    }
    const producer = still.client.producer({ transactionalId: 'p', timeoutMs: 600_000 })
    still.value<void>(done => producer.init(done))
    const before = syncs(still)
    still.value<unknown>(done => producer.send([words('a b')], done))
    if (how === 'a fetch') fetch()
    if (how === 'the end') still.client.end(at, 'uncommitted', answer => texts.push(told(answer)))
    still.settle()
    expect(texts).toMatchObject([how === 'the end' ? 2 : { position: 2, seenEnd: 2 }])
    expect(syncs(still)).toBe(before + 1)
    still.value<unknown>(done => producer.send([words('c')], done))
    expect(syncs(still)).toBe(before + 1)
  },
)

test('what is held back is bounded', () => {
  const still = begun({}, { ...large, frameBytesMax: 1000 })
  const producer = opened(still)
  const before = syncs(still)
  for (let i = 0; i < 10; i++) {
    still.value<unknown>(done => producer.send([words('x'.repeat(300))], done))
  }
  expect(syncs(still)).toBe(before + 2)
})

test.each(['in line', 'without room'])(
  'who stands %s and sees what is not decided is shown what is durable',
  where => {
    const still = begun({}, { ...large, cacheBytes: 0, loadBytesMax: 1 })
    append(still, 'a')
    const producer = still.client.producer({ transactionalId: 'p', timeoutMs: 600_000 })
    still.value<void>(done => producer.init(done))
    let isFree = where === 'in line'
    let go = (): void => {}
    const room = {
      isFree: () => isFree,
      whenFree: (told: () => void) => {
        go = told
      },
    }
    const how = { ...at, offset: 0, maxBytes: 1000, waitMs: 0 }
    const offsets: number[] = []
    still.log.ask('fetch', { ...how, isolation: 'committed' }, () => {})
    still.log.ask(
      'fetch',
      { ...how, isolation: 'uncommitted' },
      answer => {
        if (answer.error === undefined) offsets.push(...answer.value.records.map(one => one.offset))
      },
      room,
    )
    while (still.clock.step());
    producer.send([words('b')], () => {})
    still.settle()
    isFree = true
    go()
    still.settle()
    expect(offsets).toEqual([0, 1])
    still.disk.kill()
    const again = new StillLog(still.disk, large)
    expect([...again.read(at, 'uncommitted').values()]).toEqual(['a', 'b'])
  },
)
