/**
 * Chance against the core, in small: random delivery, loss, doubling, slow disks, crashes, changes
 * of members, transfers, images; the bench looks at safety after each step, and in the end the
 * group must work again. The simulator does this at length; here it guards the bench and finds the
 * coarse mistakes in a second.
 */

import { expect, it } from 'vitest'
import { Prng } from '../../base/prng.ts'
import { isRefusal } from '../refusal.ts'
import { Bench, ids } from '../testing/bench.ts'
import type { Replica } from '../testing/replica.ts'

const SEEDS = 150
const STEPS = 1500
const STAFF = [1, 2, 3, 4, 5]
const LIMITS = { tailEntries: 2, chunkBytesMax: 64, messageBytesMax: 60, inflightEntriesMax: 8 }

class Torture {
  readonly bench: Bench
  readonly chance: Prng
  #serial = 0

  constructor(seed: number) {
    this.chance = new Prng(seed)
    const limits = { ...LIMITS, promoteLagMax: this.chance.pick([0, 3, 1000]) }
    this.bench = new Bench({ voters: [1, 2, 3], joiners: [4, 5], seed, limits })
    for (const replica of this.bench.replicas.values()) replica.autoPersist = false
  }

  run(): void {
    for (let i = 0; i < STEPS; i++) this.step()
  }

  any(): Replica {
    return this.bench.replica(this.chance.pick(STAFF))
  }

  step(): void {
    const { chance, bench } = this
    const kind = chance.below(100)
    const some = this.any()
    if (kind < 45) this.deliver()
    else if (kind < 60) this.tick(some)
    else if (kind < 75) some.persist(chance.below(some.writes.length + 1))
    else if (kind < 80) some.apply(chance.below(some.jobs.length + 1))
    else if (kind < 90) this.propose(some)
    else if (kind < 91) this.restart(some)
    else if (kind < 93) this.change(some)
    else if (kind < 94) some.raft.transfer(this.any().id)
    else if (kind < 96) this.image(some)
    else if (kind < 97) some.raft.suspectLeader(some.raft.leader as Replica['id'])
    else if (kind < 98) some.raft.unreachable(this.any().id)
    else if (kind < 99) some.autoApply = chance.chance(0.5)
    else this.partition()
    if (chance.chance(0.7)) bench.pumpAll()
  }

  deliver(): void {
    const { chance, bench } = this
    for (let i = 0; i < 3 && bench.wire.length > 0; i++) {
      const at = chance.chance(0.7) ? 0 : chance.below(bench.wire.length)
      const message = bench.wire[at]
      if (message === undefined) return
      if (!chance.chance(0.05)) bench.wire.splice(at, 1)
      if (chance.chance(0.03)) continue
      // A host may take in many messages before it looks what is to be done about them.
      const together = chance.chance(0.5) && !bench.lost(message)
      if (together) bench.replica(message.to).raft.step(message)
      else bench.deliver(message)
    }
    if (bench.wire.length > 300) bench.wire.splice(0, 100)
  }

  tick(some: Replica): void {
    const slow = this.chance.chance(0.1)
    this.bench.tick(some.id, slow ? 1200 : this.chance.between(20, 200))
  }

  propose(some: Replica): void {
    this.#serial++
    some.raft.propose(some.raft.term, new TextEncoder().encode(`w${this.#serial}`))
  }

  restart(some: Replica): void {
    some.restart()
  }

  change(some: Replica): void {
    const { raft } = some
    const voters = STAFF.filter(() => this.chance.chance(0.5))
    const now = [...raft.log.members.voters, ...raft.log.members.learners]
    const allowed = voters.filter(id => now.some(n => n === id))
    const learners = STAFF.filter(id => !allowed.includes(id))
    raft.changeMembers({ voters: ids(allowed), learners: ids(learners) }, raft.log.membersIndex)
  }

  image(some: Replica): void {
    if (some.raft.imageNow() !== undefined && some.raft.log.applied > 0) some.takeImage()
  }

  partition(): void {
    if (this.chance.chance(0.5)) this.bench.heal()
    else this.bench.cut(...STAFF.filter(() => this.chance.chance(0.4)))
  }

  heal(): void {
    this.bench.heal()
    for (const replica of this.bench.replicas.values()) {
      replica.autoPersist = true
      replica.autoApply = true
      replica.persist()
      replica.apply()
    }
    this.bench.settle()
    this.bench.pass(20_000)
  }
}

for (let seed = 1; seed <= SEEDS; seed++) {
  it(`seed ${seed} is safe, and works again when all is well`, () => {
    const torture = new Torture(seed)
    torture.run()
    torture.heal()
    const { bench } = torture
    expect(bench.leader, 'somebody leads').not.toBe(0)
    const done = bench.propose(bench.leader, 'the end')
    bench.settle()
    bench.pass(3000)
    const { members } = bench.status(bench.leader)
    for (const id of [...members.voters, ...members.learners]) {
      expect(bench.replica(id).lines.length, `replica ${id}`).toBeGreaterThanOrEqual(done.index)
    }
    expect(isRefusal(done)).toBe(false)
    const read = bench.replica(bench.leader).raft.read()
    expect(isRefusal(read)).toBe(false)
  })
}
