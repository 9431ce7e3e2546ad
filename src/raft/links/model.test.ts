/**
 * Links against a model, over the simulated wire: random deaths, cuts, freezes, resets, removals
 * and moves of addresses, which fast-check shrinks to the shortest story that goes wrong.
 */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ByteReader, ByteWriter } from '../../base/bytes.ts'
import { Fleet, type Member, nameOf } from '../testing/fleet.ts'

const NODES = [1, 2, 3]
/** From the end of all faults until everybody is up: pauses, and an attempt that nobody answers. */
const HEALED_MS = 8000

interface Between {
  readonly kind: 'reset' | 'cut' | 'forget' | 'set'
  readonly n: number
  readonly to: number
}

type Step =
  | { readonly kind: 'say' | 'pass'; readonly n: number; readonly ms: number }
  | { readonly kind: 'kill' | 'powerOff' | 'start' | 'freeze' | 'thaw'; readonly n: number }
  | Between

const node = fc.constantFrom(...NODES)
const two = fc.shuffledSubarray(NODES, { minLength: 2, maxLength: 2 })
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constantFrom('say' as const, 'pass' as const),
      n: node,
      ms: fc.constantFrom(0, 1, 5, 30, 60, 700, 2500),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom('kill', 'powerOff', 'start', 'start', 'freeze', 'thaw'),
      n: node,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom('reset' as const, 'cut' as const, 'forget' as const, 'set' as const),
      n: two.map(([n = 1]) => n),
      to: node,
    }),
  },
)

/** What one process may be told, and what must not be. */
class Watch {
  readonly member: Member
  readonly #world: World
  /** Peers that were up, or heard, and not lost since. */
  readonly #living = new Map<string, number>()
  /** The newest frame of each peer: its boot, its connection's order. */
  readonly #newest = new Map<string, readonly [number, number]>()
  losses = 0
  frames = 0
  #seen = 0

  constructor(world: World, member: Member) {
    this.#world = world
    this.member = member
    member.onFrame = (from, frame) => this.#onFrame(from, frame)
  }

  #onFrame(from: string, frame: Uint8Array): void {
    this.look()
    const input = new ByteReader(frame)
    const [boot, serial] = [input.varint(), input.varint()]
    const [lastBoot, lastSerial] = this.#newest.get(from) ?? [0, 0]
    expect(boot, 'a life that was followed is silent').toBeGreaterThanOrEqual(lastBoot)
    if (boot === lastBoot) expect(serial, 'in order and once').toBeGreaterThan(lastSerial)
    expect(boot, 'nobody speaks before he lives').toBeLessThanOrEqual(this.#world.bootOf(from))
    this.#newest.set(from, [boot, serial])
    this.frames++
  }

  /** Everything that was told since the last look. */
  look(): void {
    const { told } = this.member
    for (const line of told.slice(this.#seen)) this.#onTold(line)
    this.#seen = told.length
  }

  /** What was told is looked at, and will be forgotten. */
  turnPage(): void {
    this.look()
    this.#seen = 0
  }

  /** The node removes this peer: what becomes of it is not told any more. */
  forget(name: string): void {
    this.look()
    this.#living.delete(name)
  }

  #onTold(line: string): void {
    const up = /^up (n\d)\/(\d+)$/.exec(line)
    const lost = /^lost (n\d)$/.exec(line)?.[1]
    if (up !== null) {
      const [, name = '', boot = ''] = up
      const before = this.#living.get(name)
      if (before !== undefined) expect(Number(boot), 'a new life follows a loss').toBe(before)
      this.#living.set(name, Number(boot))
    } else if (lost !== undefined) {
      this.losses++
    }
    if (lost !== undefined) this.#living.delete(lost)
    const early = /^refused n\d node-id-taken$/.test(line)
    if (early) expect(this.#world.restarts, 'nobody else has this name').toBeGreaterThan(0)
    else expect(line, 'nobody is a stranger').not.toMatch(/^refused n\d (?!old-incarnation)/)
  }
}

class World {
  readonly fleet = new Fleet({ bufferBytes: 500 })
  readonly #boots = new Map<number, number>()
  readonly watches = new Map<number, Watch>()
  #serial = 0
  losses = 0
  frames = 0

  constructor() {
    for (const n of NODES) this.start(n)
  }

  /** Of any node: it may come before it is seen that its former life is gone. */
  get restarts(): number {
    return [...this.#boots.values()].filter(boot => boot > 1).length
  }

  bootOf(name: string): number {
    return this.#boots.get(Number(name.slice(1))) ?? 0
  }

  start(n: number): void {
    if (this.fleet.members.has(n)) return
    const boot = (this.#boots.get(n) ?? 0) + 1
    this.#boots.set(n, boot)
    const others = NODES.filter(other => other !== n)
    this.watches.set(n, new Watch(this, this.fleet.start(n, others, { boot })))
  }

  end(n: number, how: 'kill' | 'powerOff'): void {
    const watch = this.watches.get(n)
    if (watch === undefined) return
    this.#count(watch)
    this.watches.delete(n)
    this.fleet[how](n)
  }

  #count({ losses, frames }: Watch): void {
    this.losses += losses
    this.frames += frames
  }

  run(one: Step): void {
    const { fleet } = this
    if (one.kind === 'kill' || one.kind === 'powerOff') this.end(one.n, one.kind)
    else if (one.kind === 'pass') this.pass(one.ms)
    else if (one.kind === 'say') this.say(one.n)
    else if (one.kind === 'start') this.start(one.n)
    else if (one.kind === 'freeze' || one.kind === 'thaw') fleet[one.kind](one.n)
    else if ('to' in one) this.#between(one)
    for (const watch of this.watches.values()) watch.look()
  }

  #between({ kind, n, to }: Between): void {
    if (n === to) return
    const links = this.fleet.members.get(n)?.links
    if (kind === 'reset') this.fleet.wire.reset(n, to)
    else if (kind === 'cut') this.fleet.wire.cut(n, to, 1)
    else if (kind === 'forget') this.#forget(n, to)
    else links?.setPeer(nameOf(to), this.fleet.addressOf(to))
  }

  #forget(n: number, to: number): void {
    this.watches.get(n)?.forget(nameOf(to))
    this.fleet.members.get(n)?.links.removePeer(nameOf(to))
  }

  /** Three frames to each of the others. */
  say(n: number): void {
    const member = this.fleet.members.get(n)
    if (member === undefined || member.clock.isFrozen) return
    const boot = this.#boots.get(n) ?? 0
    for (const to of [...NODES, ...NODES, ...NODES]) {
      const frame = new ByteWriter()
        .varint(boot)
        .varint(++this.#serial)
        .raw(new Uint8Array(90))
      if (to !== n) member.links.send(nameOf(to), 'turn', frame.finish())
    }
  }

  pass(ms: number): void {
    for (const watch of this.watches.values()) watch.turnPage()
    this.fleet.pass(ms)
    for (const watch of this.watches.values()) watch.look()
  }

  /** Every fault ends, everybody lives, knows everybody, and is given time. */
  heal(): void {
    this.fleet.wire.heal()
    for (const n of NODES) {
      this.fleet.thaw(n)
      this.start(n)
    }
    for (const n of NODES) for (const to of NODES) this.#between({ kind: 'set', n, to })
    this.pass(HEALED_MS)
    for (const watch of this.watches.values()) this.#count(watch)
  }

  /** Who is up with whom, in which boot. */
  states(): readonly string[] {
    return NODES.flatMap(n =>
      (this.fleet.members.get(n)?.links.status() ?? [])
        .map(({ node: name, state, boot }) => `${n} ${name} ${state} ${boot}`)
        .sort(),
    )
  }

  wanted(): readonly string[] {
    return NODES.flatMap(n =>
      NODES.filter(to => to !== n).map(to => `${n} n${to} up ${this.#boots.get(to)}`),
    )
  }
}

function story(steps: readonly Step[]): World {
  const world = new World()
  world.pass(2500)
  for (const one of steps) world.run(one)
  world.heal()
  return world
}

test('frames keep their order, old lives are silent, and all are up once all is healed', () => {
  let losses = 0
  let frames = 0
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 60, size: 'max' }), steps => {
      const world = story(steps)
      expect(world.states()).toEqual(world.wanted())
      for (const watch of world.watches.values()) {
        expect(watch.member.links.counters().accepted).toBe(2 * (NODES.length - 1))
      }
      const before = [...world.watches.values()].reduce((sum, watch) => sum + watch.frames, 0)
      for (const n of NODES) world.say(n)
      world.pass(1000)
      const after = [...world.watches.values()].reduce((sum, watch) => sum + watch.frames, 0)
      expect(after - before).toBe(3 * NODES.length * (NODES.length - 1))
      losses += world.losses
      frames += world.frames
    }),
    { numRuns: 150, seed: 1 },
  )
  // Stories in which nothing happens would prove nothing.
  expect(losses).toBeGreaterThan(100)
  expect(frames).toBeGreaterThan(500)
})

test('without a fault that ends a life or a connection, nobody is ever lost', () => {
  const calm = step.filter(({ kind }) => ['say', 'pass', 'cut', 'set', 'start'].includes(kind))
  fc.assert(
    fc.property(fc.array(calm, { maxLength: 40 }), steps => {
      const world = new World()
      world.pass(2500)
      // Cuts that outlive the bound for a stuck connection do end it: they are shorter here.
      for (const one of steps) {
        world.run(one.kind === 'pass' ? { ...one, ms: Math.min(one.ms, 30) } : one)
      }
      world.heal()
      expect(world.losses).toBe(0)
    }),
    { numRuns: 60, seed: 2 },
  )
})
