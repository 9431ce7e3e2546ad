/** What is told of joining: while the node runs, and once it ends. */

import { expect, test } from 'vitest'
import { Arrival } from './arrival.ts'

function arrival() {
  const logged: string[] = []
  const failed: unknown[] = []
  const made = new Arrival(
    { log: (level, message, facts) => logged.push(`${level} ${message} ${facts?.['why'] ?? ''}`) },
    error => failed.push(error),
  )
  return { made, logged, failed }
}

test('a node that joined is a member', async () => {
  const { made, logged, failed } = arrival()
  await made.watch(Promise.resolve())
  expect([logged, failed]).toEqual([['info the node is a member '], []])
})

test('a node that cannot join has failed', async () => {
  const { made, logged, failed } = arrival()
  const error = new Error('no place')
  await made.watch(Promise.reject(error))
  expect([logged, failed]).toEqual([[], [error]])
})

test('nobody is told of a member that ends already', async () => {
  const { made, logged, failed } = arrival()
  let join = () => {}
  const watched = made.watch(
    new Promise(resolve => {
      join = resolve
    }),
  )
  made.end()
  join()
  await watched
  expect([logged, failed]).toEqual([[], []])
})

test('what joining meets while the node is taken apart is no failure', async () => {
  const { made, logged, failed } = arrival()
  made.end()
  await made.watch(Promise.reject(new Error('the store is closed')))
  expect([logged, failed]).toEqual([['info joining was given up the store is closed'], []])
})
