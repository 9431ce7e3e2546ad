/** Faults of the connections between nodes. */

import { Prng } from '../../../src/base/prng.ts'
import { US_PER_MS } from '../world/clock.ts'
import type { Mishap } from '../world/mishaps.ts'
import type { SimWire } from '../world/transport.ts'
import { type Injection, on, others, over, pick, type Undo, untilUs } from './injection.ts'

export const delaySpike = on(({ wire }, { index }, { amount }) => {
  const delayUs = Math.round(amount * US_PER_MS)
  wire.addDelay(index, delayUs)
  return () => wire.addDelay(index, -delayUs)
})

/** Cuts paths until they heal; each is told as [from, to]. */
function cut(wire: SimWire, paths: readonly (readonly [number, number])[]): Undo {
  for (const [from, to] of paths) wire.cut(from, to, 1)
  return () => {
    for (const [from, to] of paths) wire.cut(from, to, -1)
  }
}

export const cutOneWay = on((world, node, { salt }) => {
  const other = pick(others(world, node), salt)
  return other === undefined ? 'missed' : cut(world.wire, [[other.index, node.index]])
})

export const cutPair = on((world, node, { salt }) => {
  const other = pick(others(world, node), salt)
  if (other === undefined) return 'missed'
  return cut(world.wire, [
    [node.index, other.index],
    [other.index, node.index],
  ])
})

export const isolate = on((world, node) => {
  const paths = others(world, node).flatMap(({ index }) => [
    [node.index, index] as const,
    [index, node.index] as const,
  ])
  return cut(world.wire, paths)
})

export const clog = on((world, node, fault) => {
  const other = pick(others(world, node), fault.salt)
  if (other === undefined) return 'missed'
  world.wire.clog(node.index, other.index, untilUs(world, fault))
  return over
})

export const reset = on((world, node, { salt }) => {
  const other = pick(others(world, node), salt)
  if (other === undefined) return 'missed'
  world.wire.reset(node.index, other.index)
  return over
})

/** How often it is looked whether an image is on its way. */
const LOOK_US = 20 * US_PER_MS

/** As soon as somebody sends an image: its chunks wait for their turns then. */
export const resetImage: Injection = (world, fault) => {
  const { queue, fleet, wire, tally } = world
  const endUs = untilUs(world, fault)
  const look = (): void => {
    const path = fleet.imagePath()
    if (fleet.isHealed || queue.nowUs > endUs) return
    if (path === undefined) {
      queue.after(LOOK_US, { fire: look })
      return
    }
    wire.reset(path.from.index, path.to.index)
    tally.hit('reset-image')
  }
  look()
  return 'later'
}

/** One bit of the next frame; at times of the first that a new connection carries. */
export const damagedFrame = on((world, node, { salt }) => {
  const other = pick(others(world, node), salt)
  if (other === undefined) return 'missed'
  world.wire.plan(other.index, node.index, 'damaged-frame')
  if (new Prng(salt).chance(0.5)) world.wire.reset(other.index, node.index)
  return 'later'
})

/** Hellos come on two lanes, and the answers to those of the other side behind them. */
const HELLOS_MAX = 4

/** Befalls what is said first on the next connections: there are some at once. */
export const helloGoesWrong = (mishap: Mishap): Injection =>
  on((world, node, { salt }) => {
    const other = pick(others(world, node), salt)
    if (other === undefined) return 'missed'
    const many = new Prng(salt).between(1, HELLOS_MAX)
    for (let i = 0; i < many; i++) world.wire.plan(other.index, node.index, mishap)
    world.wire.reset(other.index, node.index)
    return 'later'
  })

export const lateHello = on((world, node, fault) => {
  const other = pick(others(world, node), fault.salt)
  if (other === undefined) return 'missed'
  world.wire.reset(other.index, node.index)
  world.wire.clog(other.index, node.index, untilUs(world, fault))
  return over
})

/** No undo: that those two find it out is what is asked of them. */
export const swallow = on(({ wire, fleet }, node, { salt }) => {
  const other = pick(others({ fleet }, node), salt)
  return other === undefined || wire.swallow(other.index, node.index) === 0 ? 'missed' : over
})

export const stranger = on((world, node, { salt }) => {
  world.strangers.call(node, new Prng(salt))
  return over
})
