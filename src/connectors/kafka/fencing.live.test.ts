/**
 * Who is fenced is told so at the first request that reaches a broker, whatever it is; and so is
 * who took too long. What was open then is never seen, judged by kcat. The broker's word for it is
 * the same in both cases.
 */

import { expect, test } from 'vitest'
import type { PartitionRecords } from '../../base/stream-log.ts'
import { useBrokers } from './testing/brokers.ts'
import { began, code, decided, type Life, topic, value, words } from './testing/caller.ts'

const brokers = useBrokers()

async function place() {
  const log = brokers.open()
  const [at, other] = await topic(log, brokers.name(), 2)
  if (at === undefined || other === undefined) throw new Error('no partition')
  return { log, at, other, id: brokers.name() }
}

test.each([
  ['sends to the same partition', 'same'],
  ['sends to another partition', 'other'],
  ['commits', 'commit'],
  ['aborts', 'abort'],
] as const)('a zombie that %s is fenced, and what it had open is not seen', async (_say, what) => {
  const { log, at, other, id } = await place()
  const zombie = await began(log, id)
  expect(await zombie.send(words(at, 'zombie'))).toBe('ok')
  const next = await began(brokers.open(), id)
  const isEnd = what === 'commit' || what === 'abort'
  const to = what === 'same' ? at : other
  expect(await (isEnd ? zombie.end(what) : zombie.send(words(to, 'late')))).toBe('fenced')
  expect(await next.send(words(at, 'next'))).toBe('ok')
  expect(await next.end('commit')).toBe('ok')
  await began(log, id)
  expect(brokers.judged(at.topic)).toEqual(['next'])
})

test('a zombie with nothing to end asks nothing, and learns nothing', async () => {
  const { log, at, id } = await place()
  const zombie = await began(log, id)
  await began(brokers.open(), id)
  expect(await zombie.end('commit')).toBe('ok')
  expect(await zombie.send(words(at, 'late'))).toBe('fenced')
})

/** On a busy machine a first send may have taken too long already. */
async function sent(begin: () => Promise<Life>, what: PartitionRecords): Promise<Life> {
  for (;;) {
    const life = await begin()
    const said = await life.send(what)
    if (said === 'ok') return life
    expect(said).toBe('fenced')
  }
}

test.each(['commit', 'send'] as const)(
  'a transaction that took too long: its %s is fenced, by the same word',
  async what => {
    const { log, at, other, id } = await place()
    const slow = await sent(() => began(log, id, 1000), words(at, 'slow'))
    await decided(log, at)
    const late = what === 'commit' ? slow.end('commit') : slow.send(words(other, 'late'))
    expect(await late).toBe('fenced')
    const next = await began(log, id)
    expect(await next.send(words(at, 'next'))).toBe('ok')
    expect(await next.end('commit')).toBe('ok')
    await began(log, id)
    expect(brokers.judged(at.topic)).toEqual(['next'])
  },
)

test('whoever begins over an open transaction asks again until it is decided', async () => {
  const { log, at, id } = await place()
  const said = new Set<string>()
  for (let i = 0; i < 10; i++) {
    const before = await began(log, id)
    expect(await before.send(words(at, `open${i}`))).toBe('ok')
    const producer = log.producer({ transactionalId: id, timeoutMs: 60_000 })
    for (;;) {
      const answer = await code<void>(done => producer.init(done))
      said.add(answer)
      if (answer === 'ok') break
    }
    const end = await value<number>(done => log.end(at, 'uncommitted', done))
    expect(await value<number>(done => log.end(at, 'committed', done))).toBe(end)
  }
  expect([...said].sort()).toEqual(['busy', 'ok'])
  expect(brokers.judged(at.topic)).toEqual([])
})
