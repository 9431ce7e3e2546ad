/**
 * Three hosts that lose packets, processes and ways at random from a seed, under proposals and
 * reads. Each call is answered once; what was answered is true; all states end equal.
 */

import { describe, expect, it } from 'vitest'
import { Prng } from '../../base/prng.ts'
import type { ChainOutcome, Outcome } from './calls.ts'
import { type Node, Trio } from './testing/trio.ts'
import { nodeName } from './testing/world.ts'

const GROUPS = [1, 2, 3]

/** One proposal and all that its caller heard. */
interface Asked {
  readonly n: number
  readonly text: string
  readonly by: Node
  readonly boot: number
  readonly heard: Outcome[]
}

interface Question {
  readonly node: Node
  readonly boot: number
  heard: number
}

class Torture {
  readonly trio: Trio
  readonly asked: Asked[] = []
  readonly reads: Question[] = []
  readonly chains: Question[] = []
  readonly #random: Prng
  stale = 0
  kills = 0

  constructor(seed: number) {
    this.trio = Trio.led(GROUPS.length, {
      seed,
      bounds: { imageEntriesMax: 60, applyEntriesMax: 32 },
      limits: { tailEntries: 5, chunkBytesMax: 700, committedBytesMax: 2000 },
    })
    this.#random = new Prng(seed)
  }

  /** Packets are lost from now on: one in so many, and as many are not taken. */
  lose(oneIn: number): void {
    this.trio.wires.fateOf = () => {
      const drawn = this.#random.below(oneIn)
      if (drawn === 0) return 'lost'
      return drawn === 1 ? 'refused' : 'arrives'
    }
  }

  step(): void {
    const random = this.#random
    const { trio } = this
    for (let left = random.below(6); left > 0; left--) this.#propose(random.pick(GROUPS))
    if (random.below(3) === 0) this.#read(random.pick(trio.up), random.pick(GROUPS))
    const drawn = random.below(120)
    if (drawn === 0) this.#maybeKill()
    if (drawn === 1) this.#cut()
    if (drawn === 2) trio.wires.heal()
    if (drawn < 8) this.#maybeRevive()
    if (drawn === 8) this.#transfer(random.pick(GROUPS))
    if (drawn > 110) this.#askChain(random.pick(trio.up), random.pick(GROUPS))
    if (drawn === 9) random.pick(trio.up).mustMachine(random.pick(GROUPS)).laterMs = random.below(9)
    trio.pass(random.below(20))
  }

  /** Everything works again, and whoever still waits has had all the time there is. */
  end(): void {
    const { trio } = this
    trio.wires.fateOf = () => 'arrives'
    trio.wires.heal()
    for (const node of trio.nodes) if (!node.isUp) trio.revive(node)
    for (const n of GROUPS) trio.mustLead(n)
    trio.pass(10_000)
  }

  #propose(n: number): void {
    const leading = this.trio.up.filter(node => node.mustGroup(n).raft.role === 'leader')
    if (leading.length === 0) return
    const by = this.#random.pick(leading)
    const asked = { n, text: `${n}/${this.asked.length}`, by, boot: by.store.boot, heard: [] }
    this.asked.push(asked)
    const group = by.mustGroup(n)
    const { heard }: { heard: Outcome[] } = asked
    group.propose(group.raft.term, new TextEncoder().encode(asked.text), it => heard.push(it))
  }

  /** What was answered before the question must be seen by the answer. */
  #read(node: Node, n: number): void {
    const known = this.asked.filter(({ heard }) => heard[0]?.kind === 'applied')
    const texts = known.filter(one => one.n === n).map(({ text }) => text)
    const read = { node, boot: node.store.boot, heard: 0 }
    this.reads.push(read)
    node.mustGroup(n).read(outcome => {
      read.heard++
      if (outcome.kind !== 'ready') return
      const seen = new Set(node.mustMachine(n).lines)
      if (texts.some(text => !seen.has(text))) this.stale++
    })
  }

  #askChain(node: Node, n: number): void {
    const group = node.mustGroup(n)
    const chain = { node, boot: node.store.boot, heard: 0 }
    this.chains.push(chain)
    group.chainAt(group.raft.log.applied + this.#random.below(20), () => chain.heard++)
  }

  #maybeKill(): void {
    if (this.trio.up.length < 3) return
    this.kills++
    this.trio.kill(this.#random.pick(this.trio.up))
  }

  #maybeRevive(): void {
    const down = this.trio.nodes.filter(node => !node.isUp)
    if (down.length > 0) this.trio.revive(this.#random.pick(down), this.#random.below(3) === 0)
  }

  #cut(): void {
    const [a, b] = [this.#random.between(1, 3), this.#random.between(1, 3)]
    if (a !== b) this.trio.wires.cut(nodeName(a), nodeName(b))
  }

  #transfer(n: number): void {
    const to = this.#random.pick(this.trio.nodes).mustGroup(n).replica
    this.trio.leaderOf(n)?.mustGroup(n).transfer(to)
  }
}

function tortured(seed: number, steps: number, oneIn: number): Torture {
  const torture = new Torture(seed)
  torture.lose(oneIn)
  for (let i = 0; i < steps; i++) torture.step()
  torture.end()
  return torture
}

describe.each([
  [1, 12],
  [2, 6],
  [3, 40],
  [4, 25],
])('seed %d, one packet of %d lost', (seed, oneIn) => {
  const torture = tortured(seed, 800, oneIn)
  const { trio, asked, reads } = torture
  const isWhole = ({ by, boot }: Asked) => by.store.boot === boot

  it('something happened', () => {
    const kinds = new Set(asked.map(({ heard }) => heard[0]?.kind))
    expect(asked.length).toBeGreaterThan(1000)
    expect(kinds.has('applied')).toBe(true)
    expect(torture.kills).toBeGreaterThan(0)
    const images = trio.nodes.flatMap(node =>
      GROUPS.map(n => node.mustGroup(n).stats().imagesTaken),
    )
    expect(Math.max(...images)).toBeGreaterThan(0)
    expect(trio.nodes.flatMap(({ fatal, malformed }) => [...fatal, ...malformed])).toEqual([])
  })

  it('each proposal is answered once, unless its process died', () => {
    expect(asked.filter(one => isWhole(one) && one.heard.length !== 1)).toEqual([])
    expect(asked.filter(({ heard }) => heard.length > 1)).toEqual([])
  })

  it('each read is answered once, unless its process died, and none is stale', () => {
    const whole = reads.filter(({ node, boot }) => node.store.boot === boot)
    expect(whole.filter(({ heard }) => heard !== 1)).toEqual([])
    expect(reads.filter(({ heard }) => heard > 1)).toEqual([])
    expect(torture.stale).toBe(0)
  })

  it('no fingerprint is told twice', () => {
    expect(torture.chains.length).toBeGreaterThan(10)
    expect(torture.chains.filter(({ heard }) => heard > 1)).toEqual([])
  })

  it('what was applied is there once, and what was refused is not', () => {
    for (const n of GROUPS) {
      const lines = trio.mustLead(n).mustMachine(n).data
      expect(new Set(lines).size).toBe(lines.length)
      const there = new Set(lines)
      for (const { text, heard } of asked.filter(one => one.n === n)) {
        const [outcome] = heard
        if (outcome?.kind === 'applied') expect(outcome.result).toBe(`did ${text}`)
        if (outcome?.kind === 'applied') expect(there.has(text)).toBe(true)
        if (outcome?.kind === 'refused') expect(there.has(text)).toBe(false)
      }
    }
  })

  it('all states and their fingerprints are equal', () => {
    for (const n of GROUPS) {
      const states = trio.nodes.map(node => node.mustMachine(n).lines)
      expect(states[1]).toEqual(states[0])
      expect(states[2]).toEqual(states[0])
      const chains: ChainOutcome[] = []
      const { applied } = trio.mustLead(n).mustGroup(n).raft.log
      for (const node of trio.nodes) node.mustGroup(n).chainAt(applied, it => chains.push(it))
      trio.pass(10)
      expect(chains.map(({ kind }) => kind)).toEqual(['chain', 'chain', 'chain'])
      expect(chains[1]).toEqual(chains[0])
      expect(chains[2]).toEqual(chains[0])
    }
  })

  it('nothing is left open', () => {
    for (const node of trio.nodes) {
      for (const n of GROUPS) {
        expect(node.mustGroup(n).stats()).toMatchObject({
          ...{ proposalsOpen: 0, readsOpen: 0, writesOpen: 0, unapplied: 0, unappliedBytes: 0 },
        })
      }
      expect(node.host.stats().imagesRunning).toBe(0)
    }
  })
})
