/** What is counted for a fault, and what is not: the time before, and what others than it hit. */

import { expect, test } from 'vitest'
import { groupId } from '../../../src/base/ids.ts'
import type { Isolation, Partition, StreamLog } from '../../../src/base/stream-log.ts'
import { seatOf } from '../../publish/plan.ts'
import type { PublishingClient } from '../../publish/service/client.ts'
import { FENCED, OPEN, TAKEOVERS, UNANSWERED } from './toll-names.ts'
import { Tolls } from './tolls.ts'

const seats = [1, 2].flatMap(group =>
  (['home', 'away'] as const).map(
    sink => [group, seatOf({ name: 'j' }, groupId(group), sink)] as const,
  ),
)

/** Of it only ends are asked: those of open transactions lie apart. */
function logWith(open: Set<string>): StreamLog {
  const end = (
    { topic, partition }: Partition,
    isolation: Isolation,
    done: (answer: { value: number }) => void,
  ) => {
    const isHeld = isolation === 'committed' && open.has(`${topic}/${partition}`)
    setImmediate(() => done({ value: isHeld ? 4 : 9 }))
  }
  return { end } as unknown as StreamLog
}

/** undefined: it is dead. */
type Counts = Readonly<Record<string, number>> | undefined

const clientOf = (counts: readonly Counts[]) => {
  const left = [...counts]
  const count = () => {
    const next = left.shift()
    return Promise.resolve(next === undefined ? undefined : { counts: next })
  }
  return { count } as unknown as PublishingClient
}

test('transactions of the groups that are hit', async () => {
  const open = new Set(['j-journal/0', 'j-markers/0', 'j-journal/1'])
  const tolls = new Tolls([], seats, logWith(open))
  await tolls.poised([1])
  await tolls.struck([1])
  expect(tolls.toll[OPEN]).toBe(2)
  await tolls.struck([2])
  expect(tolls.toll[OPEN]).toBe(3)
  open.clear()
  await tolls.struck([1, 2])
  expect(tolls.toll[OPEN]).toBe(3)
})

test('answers since the last time, also of who began anew; a dead node says nothing', async () => {
  const one = clientOf([
    { 'init ok': 3, 'send ok': 70, 'commit fenced': 1 },
    { 'init ok': 4, 'send ok': 90, 'commit fenced': 1, 'send unavailable': 2 },
    undefined,
    { 'init ok': 1, 'send fenced': 1, 'send unavailable': 3 },
  ])
  const tolls = new Tolls([one], seats, logWith(new Set()))
  await tolls.settled()
  expect(tolls.toll).toEqual({ [OPEN]: 0, [FENCED]: 0, [UNANSWERED]: 0, [TAKEOVERS]: 0 })
  await tolls.settled()
  expect(tolls.toll).toEqual({ [OPEN]: 0, [FENCED]: 0, [UNANSWERED]: 2, [TAKEOVERS]: 1 })
  await tolls.settled()
  await tolls.settled()
  // Of `send unavailable` the new process has told more than the old: one more is sure.
  expect(tolls.toll).toEqual({ [OPEN]: 0, [FENCED]: 1, [UNANSWERED]: 3, [TAKEOVERS]: 2 })
})
