/**
 * Links under every fault of the wire at once: what must hold whatever happens, and that peers find
 * each other again once the faults are over.
 */

import { expect, test } from 'vitest'
import { ByteReader, ByteWriter } from '../../base/bytes.ts'
import { Prng } from '../../base/prng.ts'
import { Fleet, type Member, nameOf } from '../testing/fleet.ts'

const NODES = [1, 2, 3]
const STEPS = 150

/** One run: a frame says from which boot of its sender it comes, and its number there. */
class Run {
  readonly fleet: Fleet
  readonly random: Prng
  readonly boots = new Map<number, number>(NODES.map(n => [n, 0]))
  readonly #serials = new Map<string, number>()
  lost = 0
  heard = 0

  constructor(seed: number) {
    this.random = new Prng(seed).fork('torture')
    this.fleet = new Fleet({ seed, bufferBytes: 2000 })
    for (const n of NODES) this.start(n)
  }

  start(n: number): void {
    const boot = (this.boots.get(n) ?? 0) + 1
    this.boots.set(n, boot)
    const peers = NODES.filter(other => other !== n)
    const member = this.fleet.start(n, peers, { boot })
    const newest = new Map<string, readonly [number, number]>()
    member.onFrame = (from, frame) => {
      const input = new ByteReader(frame)
      const said = [input.varint(), input.varint()] as const
      const before = newest.get(from) ?? [0, 0]
      const isLater = said[0] > before[0] || (said[0] === before[0] && said[1] > before[1])
      expect(isLater, `${from} after ${before} said ${said}`).toBe(true)
      newest.set(from, said)
      this.heard++
    }
  }

  say(n: number, member: Member): void {
    for (const to of NODES) {
      if (to === n) continue
      const boot = this.boots.get(n) ?? 0
      const key = `${n} ${boot} ${to}`
      const serial = (this.#serials.get(key) ?? 0) + 1
      this.#serials.set(key, serial)
      const frame = new ByteWriter().varint(boot).varint(serial).raw(new Uint8Array(50)).finish()
      member.links.send(nameOf(to), 'turn', frame)
    }
  }

  fault(): void {
    const { fleet, random } = this
    const [a = 1, b = 2] = random.shuffle([...NODES])
    const kinds = [
      () => fleet.wire.reset(a, b),
      () => fleet.wire.cut(a, b, 1),
      () => fleet.wire.clog(a, b, fleet.queue.nowUs + random.below(500_000)),
      () => fleet.wire.heal(),
      () => fleet.freeze(a),
      () => fleet.thaw(a),
      () => this.end(a, () => fleet.kill(a)),
      () => this.end(a, () => fleet.powerOff(a)),
    ]
    random.pick(kinds)()
  }

  end(n: number, how: () => void): void {
    if (!this.fleet.members.has(n)) return
    how()
    if (this.random.chance(0.5)) this.start(n)
  }

  step(): void {
    const { fleet, random } = this
    if (random.chance(0.3)) this.fault()
    for (const n of NODES) {
      const member = fleet.members.get(n)
      if (member === undefined) {
        if (random.chance(0.2)) this.start(n)
      } else if (!member.clock.isFrozen) {
        this.say(n, member)
      }
    }
    fleet.pass(random.pick([1, 10, 100, 1000]))
    for (const member of fleet.members.values()) this.#lookAt(member)
  }

  /**
   * Nobody here is ever a stranger to another, whatever dies and comes back; at most one comes
   * before it is seen that its former life is gone, and calls again.
   */
  #lookAt(member: Member): void {
    for (const node of NODES.map(nameOf)) {
      this.lost += member.told.filter(line => line === `lost ${node}`).length
    }
    const refused = member.told.filter(line => line.startsWith('refused n'))
    expect(refused.filter(line => !line.endsWith(' node-id-taken'))).toEqual([])
  }

  heal(): void {
    this.fleet.wire.heal()
    for (const n of NODES) {
      this.fleet.thaw(n)
      if (!this.fleet.members.has(n)) this.start(n)
    }
    this.fleet.pass(10_000)
  }
}

test('frames keep their order, old lives stay silent, and peers find each other again', () => {
  let lost = 0
  let heard = 0
  for (let seed = 0; seed < 60; seed++) {
    const run = new Run(seed)
    for (let step = 0; step < STEPS; step++) run.step()
    run.heal()
    for (const [n, member] of run.fleet.members) {
      run.say(n, member)
      const states = member.links.status().map(({ node, state, boot }) => [node, state, boot])
      const others = NODES.filter(other => other !== n)
      expect(states).toEqual(others.map(other => [nameOf(other), 'up', run.boots.get(other)]))
    }
    const before = run.heard
    run.fleet.pass(1000)
    expect(run.heard - before).toBe(6)
    lost += run.lost
    heard += run.heard
  }
  expect(lost).toBeGreaterThan(500)
  expect(heard).toBeGreaterThan(10_000)
})

test('equal seeds tell equal stories', () => {
  const story = (seed: number) => {
    const run = new Run(seed)
    for (let step = 0; step < 60; step++) run.step()
    return [run.heard, run.lost, run.fleet.queue.fired].join()
  }
  expect(story(3)).toBe(story(3))
  expect(story(3)).not.toBe(story(4))
})
