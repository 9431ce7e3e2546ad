/**
 * A group on three nodes with real Raft between them, its leaders lost in every way, its job
 * started again: what it lets out is what it read, each number once and in order, of the generation
 * that journaled it first, and all replicas hold the same.
 */

import { expect, test } from 'vitest'
import { Prng } from '../base/prng.ts'
import type { ByteSource } from '../base/source.ts'
import { fuzzRuns } from '../base/testing/runs.ts'
import type { Node } from '../raft/host/testing/trio.ts'
import { nodeName } from '../raft/host/testing/world.ts'
import { GroupWorld } from './testing/world.ts'

const USUAL = 30
const SEEDS = fuzzRuns(USUAL)
/** It only ends what hangs. */
const LIMIT_MS = 60_000 + SEEDS * 10_000
const DEEDS = 60
const CHANNELS = 3
const HEALING_MS = 60_000

function bytesOf(source: ByteSource): string {
  const hex: string[] = []
  for (let isOver = false; !isOver; ) {
    source.next(piece => {
      if (piece.kind === 'bytes') hex.push(Buffer.from(piece.bytes).toString('hex'))
      else isOver = true
    })
  }
  source.close()
  return hex.join('')
}

class Drama {
  readonly world: GroupWorld
  readonly hits = new Map<string, number>()
  readonly #prng: Prng
  #isCut = false

  constructor(prng: Prng) {
    this.#prng = prng
    this.world = new GroupWorld(prng, { channels: CHANNELS, loss: prng.pick([0, 0.02, 0.1]) })
  }

  /** Something happens, then some time passes. */
  act(): void {
    const { trio } = this.world
    const deeds: Readonly<Record<string, () => void>> = {
      grow: () => this.world.grow(this.#prng.below(30)),
      kill: () => this.#kill(),
      revive: () => this.#revive(),
      cut: () => this.#cut(),
      heal: () => this.#heal(),
      transfer: () => this.#transfer(),
      image: () => this.#image(),
      start: () => this.world.start(),
    }
    const often = ['grow', 'grow', 'grow', 'grow']
    const deed = this.#prng.pick([...often, ...Object.keys(deeds)])
    this.hits.set(deed, (this.hits.get(deed) ?? 0) + 1)
    deeds[deed]?.()
    trio.pass(this.#prng.pick([0, 1, 3, 10, 100, 700]))
  }

  heal(): void {
    this.#heal()
    this.#revive()
    this.world.calm()
    const { trio } = this.world
    for (let ms = 0; ms < HEALING_MS && !this.world.isDone; ms += 100) {
      trio.pass(100)
      for (const node of this.world.outdated) this.#restart(node)
    }
  }

  #restart(node: Node): void {
    this.world.trio.kill(node)
    this.world.trio.revive(node)
  }

  get #down(): readonly Node[] {
    return this.world.trio.nodes.filter(node => !node.isUp)
  }

  get #leader(): Node | undefined {
    return this.world.trio.leaderOf(1)
  }

  /** Two are left; which of them leads is as chance has it. */
  #kill(): void {
    const leader = this.#leader
    if (leader === undefined || this.#down.length > 0) return
    this.world.trio.kill(this.#prng.chance(0.7) ? leader : this.#prng.pick(this.world.trio.nodes))
  }

  #revive(): void {
    for (const node of this.#down) this.world.trio.revive(node)
  }

  #cut(): void {
    const leader = this.#leader
    if (leader === undefined || this.#isCut) return
    this.#isCut = true
    for (const other of this.world.trio.nodes) {
      if (other === leader) continue
      this.world.trio.wires.cut(nodeName(leader.number), nodeName(other.number))
    }
  }

  #heal(): void {
    this.#isCut = false
    this.world.trio.wires.heal()
  }

  #transfer(): void {
    const leader = this.#leader
    const other = this.world.trio.up.find(node => node !== leader)
    if (leader !== undefined && other !== undefined) {
      leader.mustGroup(1).transfer(other.mustGroup(1).replica)
    }
  }

  #image(): void {
    this.#leader?.mustGroup(1).takeImage()
  }
}

/** Of each channel in the order in which it was read, and nothing besides. */
function judge({ world }: Drama): void {
  const [first, ...others] = world.trio.nodes as readonly [Node, ...Node[]]
  const shown = world.published
  for (const one of shown) expect(one.generation, `${one.number}`).toBe(one.journaled)
  const said = shown.map(({ number }) => number)
  for (const [channel, offsets] of world.wanted.entries()) {
    const own = said.filter(number => Math.floor(number / 1_000_000) === channel)
    expect(own.map(number => number % 1_000_000)).toEqual(offsets)
  }
  expect(said.length).toBe(world.wanted.flat().length)
  const image = bytesOf(world.machine(first).cut())
  for (const node of others) expect(bytesOf(world.machine(node).cut()) === image).toBe(true)
}

test('each number once, and all replicas equal, whatever befalls leaders', {
  timeout: LIMIT_MS,
}, () => {
  const hits = new Map<string, number>()
  let lost = 0
  let numbers = 0
  for (let seed = 1; seed <= SEEDS; seed++) {
    const drama = new Drama(new Prng(seed))
    for (let deed = 0; deed < DEEDS; deed++) drama.act()
    drama.heal()
    expect(drama.world.isDone, `seed ${seed}`).toBe(true)
    judge(drama)
    lost += drama.world.lost
    numbers += drama.world.wanted.flat().length
    for (const [deed, count] of drama.hits) hits.set(deed, (hits.get(deed) ?? 0) + count)
  }
  // Otherwise none of it was put to the test.
  expect(lost).toBeGreaterThan(SEEDS)
  expect(numbers).toBeGreaterThan(100 * SEEDS)
  expect([...hits.keys()].sort()).toEqual(
    ['cut', 'grow', 'heal', 'image', 'kill', 'revive', 'start', 'transfer'].sort(),
  )
})
