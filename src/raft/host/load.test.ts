/** Reads while the state is on its way out and another one comes in. */

import { expect, test } from 'vitest'
import { Trio } from './testing/trio.ts'
import { nodeName } from './testing/world.ts'

/** A follower whose machine works for so long on one batch that the log moves on without it. */
const WORK_MS = 2000

function passUntil(trio: Trio, holds: () => boolean): void {
  for (let ms = 0; ms < 5000 && !holds(); ms++) trio.pass(1)
  expect(holds()).toBe(true)
}

test('what was confirmed before an image came sees a state, and not half of one', () => {
  const trio = Trio.led(1, { limits: { tailEntries: 2 } })
  const leader = trio.mustLead(1)
  const follower = trio.nodes.find(node => node !== leader)
  if (follower === undefined) throw new Error('a trio has followers')
  const machine = follower.mustMachine(1)
  trio.propose(1, 'first')
  trio.pass(300)
  machine.laterMs = WORK_MS
  trio.propose(1, 'a')
  trio.pass(150)
  trio.propose(1, 'b')
  trio.propose(1, 'c')
  trio.pass(150)
  let seen: readonly string[] | undefined
  follower.mustGroup(1).read(() => {
    seen = [...machine.data]
  })
  trio.pass(20)
  expect(seen).toBeUndefined()
  machine.laterMs = undefined
  for (const other of trio.nodes) {
    if (other !== follower) trio.wires.cut(nodeName(follower.number), nodeName(other.number))
  }
  for (let i = 0; i < 20; i++) trio.propose(1, `x${i}`)
  trio.pass(20)
  leader.mustGroup(1).takeImage()
  trio.pass(30)
  trio.wires.heal()
  passUntil(trio, () => seen !== undefined)
  expect(seen).toEqual(expect.arrayContaining(['first', 'a', 'b', 'c']))
  passUntil(trio, () => machine.restored.length > 0)
  expect(trio.mustLead(1)).toBe(leader)
})
