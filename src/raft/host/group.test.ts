/** One group among others: images, replays, bounds, refusals, slow machines. */

import { describe, expect, it } from 'vitest'
import { replicaId } from '../../base/ids.ts'
import { PacketWriter, readPacket } from '../wire/packet.ts'
import { defaultBounds } from './bounds.ts'
import type { ChainOutcome, Outcome, ReadOutcome } from './calls.ts'
import { type Node, Trio } from './testing/trio.ts'
import { asGroup, nodeName } from './testing/world.ts'

const bytes = (text: string) => new TextEncoder().encode(text)

function proposeMany(node: Node, n: number, count: number): Outcome[] {
  const outcomes: Outcome[] = []
  const group = node.mustGroup(n)
  for (let i = 0; i < count; i++) {
    group.propose(group.raft.term, bytes(`${n}/${i}`), outcome => outcomes.push(outcome))
  }
  return outcomes
}

function otherThan(trio: Trio, node: Node): Node {
  const other = trio.nodes.find(one => one !== node)
  if (other === undefined) throw new Error('there is no other')
  return other
}

describe('images', () => {
  it('are taken when the log has grown by so many entries', () => {
    const trio = Trio.led(1, { bounds: { imageEntriesMax: 20 }, limits: { tailEntries: 0 } })
    const leader = trio.mustLead(1)
    const outcomes = proposeMany(leader, 1, 50)
    trio.pass(500)
    expect(outcomes.every(outcome => outcome.kind === 'applied')).toBe(true)
    for (const node of trio.nodes) {
      expect(node.mustGroup(1).stats().imagesTaken).toBeGreaterThan(0)
      expect(node.mustGroup(1).raft.log.image.index).toBeGreaterThan(20)
      expect(node.mustGroup(1).stats().imageEntries).toBeLessThan(40)
    }
  })

  it('are taken when the log has grown by so many bytes', () => {
    const trio = Trio.led(1, { bounds: { imageBytesMax: 1000 } })
    proposeMany(trio.mustLead(1), 1, 100)
    trio.pass(500)
    const { imageBytes, imagesTaken } = trio.mustLead(1).mustGroup(1).stats()
    expect(imagesTaken).toBeGreaterThan(0)
    expect(imageBytes).toBeLessThan(2000)
  })

  it('are taken at the wish of the store, and on demand', () => {
    const trio = Trio.led(2)
    const [node] = trio.nodes as [Node]
    trio.pass(200)
    node.store.wantImage(asGroup(1))
    node.mustGroup(2).takeImage()
    trio.pass(20)
    expect(node.mustGroup(1).stats().imagesTaken).toBe(1)
    expect(node.mustGroup(2).raft.log.image.index).toBe(node.mustGroup(2).raft.log.applied)
    // Nothing is new: it waits until something is.
    node.mustGroup(1).takeImage()
    trio.pass(100)
    expect(node.mustGroup(1).stats().imagesTaken).toBe(1)
    trio.propose(1, 'more')
    trio.pass(300)
    expect(node.mustGroup(1).stats().imagesTaken).toBe(2)
  })

  it('wait for a machine that has something to settle, unless the log is too long', () => {
    const trio = Trio.led(1, { bounds: { imageEntriesMax: 10 } })
    const node = trio.mustLead(1)
    const machine = node.mustMachine(1)
    machine.isSettled = false
    proposeMany(node, 1, 30)
    trio.pass(500)
    const taken = () => node.mustGroup(1).stats().imagesTaken
    expect([taken(), machine.asked.length, node.host.stats().imagesWaiting]).toEqual([0, 1, 1])
    for (const done of machine.asked.splice(0)) trio.clock.after(1, done)
    trio.pass(100)
    expect(taken()).toBe(1)
    proposeMany(node, 1, 30)
    trio.pass(500)
    expect([taken(), machine.asked.length]).toEqual([1, 1])
    node.store.wantImage(asGroup(1))
    trio.pass(100)
    expect([taken(), node.host.stats().imagesWaiting]).toEqual([2, 0])
  })

  it('are taken by a group that is idle, though it was asked before it was opened', () => {
    const trio = Trio.led(1)
    const [node] = trio.nodes as [Node]
    trio.pass(200)
    trio.kill(node)
    node.begin()
    for (const group of [1, 9]) node.store.wantImage(asGroup(group))
    node.openAll(true)
    expect(node.mustGroup(1).raft.log.image.index).toBe(0)
    // Nobody proposes anything: what it had is all there is, but for the next leader's first entry.
    trio.pass(3000)
    expect(node.mustGroup(1).stats().imagesTaken).toBe(1)
    expect(node.mustGroup(1).stats().imageEntries).toBeLessThanOrEqual(1)
  })

  it('are two at once at most on one node', () => {
    const trio = Trio.led(6)
    const [node] = trio.nodes as [Node]
    trio.pass(200)
    node.store.savesImages = false
    for (let n = 1; n <= 6; n++) node.mustGroup(n).takeImage()
    trio.pass(50)
    expect(node.host.stats()).toMatchObject({ imagesRunning: 2, imagesWaiting: 4 })
    node.store.savesImages = true
    for (const save of node.store.held.splice(0)) save()
    trio.pass(200)
    expect(node.host.stats()).toMatchObject({ imagesRunning: 0, imagesWaiting: 0 })
    for (let n = 1; n <= 6; n++) expect(node.mustGroup(n).stats().imagesTaken).toBe(1)
  })

  it('go to a follower that needs what the log no longer has', () => {
    const limits = { tailEntries: 0, chunkBytesMax: 64 }
    const trio = Trio.led(2, { bounds: { imageEntriesMax: 10 }, limits })
    const leader = trio.mustLead(1)
    const away = otherThan(trio, leader)
    trio.kill(away)
    proposeMany(leader, 1, 60)
    trio.pass(500)
    const before = trio.wires.frames.length
    trio.revive(away)
    trio.pass(3000)
    const chunks = trio.wires.frames.slice(before).filter(frame => frame.lane === 'image')
    expect(chunks.length).toBeGreaterThan(2)
    expect(away.mustMachine(1).restored.length).toBeGreaterThan(0)
    expect(away.mustMachine(1).lines).toEqual(leader.mustMachine(1).lines)
    expect(away.mustGroup(1).raft.log.applied).toBe(leader.mustGroup(1).raft.log.applied)
  })

  it('whose bytes break off on their way are taken again when more is applied', () => {
    const trio = Trio.led(1)
    const node = trio.mustNode(1)
    trio.pass(200)
    const machine = node.mustMachine(1)
    const cut = machine.cut.bind(machine)
    machine.cut = () => ({ next: done => done({ kind: 'broken', why: 'gone' }), close: () => {} })
    node.mustGroup(1).takeImage()
    trio.pass(50)
    expect(node.mustGroup(1).stats().imagesTaken).toBe(0)
    expect(node.host.stats().imagesRunning).toBe(0)
    machine.cut = cut
    node.mustGroup(1).takeImage()
    trio.pass(50)
    expect(node.mustGroup(1).stats().imagesTaken).toBe(1)
  })

  it('that was overtaken by one that came in is dropped', () => {
    const limits = { tailEntries: 0 }
    const trio = Trio.led(1, { bounds: { imageEntriesMax: 10 }, limits })
    const leader = trio.mustLead(1)
    const slow = otherThan(trio, leader)
    slow.store.savesImages = false
    slow.mustGroup(1).takeImage()
    trio.pass(50)
    expect(slow.store.held).toHaveLength(1)
    for (const other of trio.nodes) {
      if (other !== slow) trio.wires.cut(nodeName(slow.number), nodeName(other.number))
    }
    proposeMany(trio.mustLead(1), 1, 60)
    trio.pass(500)
    trio.wires.heal()
    trio.pass(3000)
    const imageIndex = slow.mustGroup(1).raft.log.image.index
    expect(imageIndex).toBeGreaterThan(10)
    for (const save of slow.store.held.splice(0)) save()
    trio.pass(100)
    expect(slow.mustGroup(1).raft.log.image.index).toBe(imageIndex)
    expect(slow.mustGroup(1).stats().imagesTaken).toBe(0)
    const kept = slow.state.groups.get(asGroup(1))?.disk.images
    expect([...(kept?.keys() ?? [])].every(index => index >= imageIndex)).toBe(true)
  })
})

describe('a restart', () => {
  it('loads the image before anything is applied, and replays what follows', () => {
    const trio = Trio.led(1, { bounds: { imageEntriesMax: 10 }, limits: { tailEntries: 0 } })
    proposeMany(trio.mustLead(1), 1, 15)
    trio.pass(300)
    const node = otherThan(trio, trio.mustLead(1))
    const lines = [...node.mustMachine(1).lines]
    const { index } = node.mustGroup(1).raft.log.image
    expect(index).toBeGreaterThan(0)
    trio.kill(node)
    trio.revive(node)
    const heard: ReadOutcome[] = []
    node.mustGroup(1).read(outcome => heard.push(outcome))
    trio.pass(500)
    expect(heard).toEqual([{ kind: 'refused', code: 'restoring' }])
    expect(node.mustMachine(1).restored).toEqual([index])
    expect(node.mustMachine(1).lines).toEqual(lines)
  })

  it('does not apply again what the state already holds', () => {
    const trio = Trio.led(1)
    proposeMany(trio.mustLead(1), 1, 15)
    trio.pass(300)
    const node = otherThan(trio, trio.mustLead(1))
    const { lines, appliedIndex } = node.mustMachine(1)
    const before = [...lines]
    trio.kill(node)
    trio.revive(node, true)
    trio.pass(500)
    expect(node.mustMachine(1).lines).toEqual(before)
    expect(node.mustGroup(1).raft.log.applied).toBe(appliedIndex)
    trio.propose(1, 'new')
    trio.pass(300)
    expect(node.mustMachine(1).lines).toEqual([...before, 'new'])
    expect(node.fatal).toEqual([])
  })

  it('ends when its leader counts on entries that are gone', () => {
    const trio = Trio.led(1)
    const leader = trio.mustLead(1)
    const node = otherThan(trio, leader)
    const { replica, raft } = node.mustGroup(1)
    const from = { type: 'heartbeat', from: leader.mustGroup(1).replica, to: replica } as const
    const packet = new PacketWriter()
    packet.add(asGroup(1), { ...from, term: raft.term, commit: raft.log.lastIndex + 1, round: 0 })
    trio.wires.deliver({
      from: nodeName(leader.number),
      to: nodeName(node.number),
      bytes: packet.finish(),
    })
    expect(node.fatal).toEqual(['log-behind'])
  })

  it('ends when the state holds what the log does not: it has lost that', () => {
    const trio = Trio.led(1)
    const node = otherThan(trio, trio.mustLead(1))
    trio.kill(node)
    node.mustMachine(1).appliedIndex = 1000
    trio.revive(node, true)
    expect(node.fatal).toEqual(['state-ahead-of-log'])
  })

  it('ends when the image is gone', () => {
    const trio = Trio.led(1, { bounds: { imageEntriesMax: 10 }, limits: { tailEntries: 0 } })
    proposeMany(trio.mustLead(1), 1, 15)
    trio.pass(300)
    const node = otherThan(trio, trio.mustLead(1))
    trio.kill(node)
    node.state.groups.get(asGroup(1))?.disk.images.clear()
    trio.revive(node)
    const heard: Outcome[] = []
    node.mustGroup(1).propose(1, bytes('x'), outcome => heard.push(outcome))
    trio.pass(100)
    expect(node.fatal).toEqual(['image-damaged'])
    expect(node.mustMachine(1).lines).toEqual([])
    node.mustGroup(1).propose(1, bytes('y'), outcome => heard.push(outcome))
    trio.pass(100)
    expect(heard.map(outcome => outcome.kind)).toEqual(['refused', 'refused'])
  })
})

describe('a call that cannot be taken', () => {
  it('is refused with a code, never before it has returned', () => {
    const trio = Trio.led(1)
    const group = otherThan(trio, trio.mustLead(1)).mustGroup(1)
    const heard: (Outcome | ReadOutcome | ChainOutcome)[] = []
    group.propose(group.raft.term, bytes('x'), outcome => heard.push(outcome))
    group.changeMembers({ voters: [replicaId(1)], learners: [] }, 0, it => heard.push(it))
    group.chainAt(0, outcome => heard.push(outcome))
    expect(heard).toEqual([])
    trio.pass(1)
    expect(heard).toEqual([
      { kind: 'refused', code: 'not-leader' },
      { kind: 'refused', code: 'not-leader' },
      { kind: 'refused', code: 'not-applied' },
    ])
    expect(group.stats().refused).toEqual({ 'not-leader': 2, 'not-applied': 1 })
  })

  it('says that the term is another one', () => {
    const trio = Trio.led(1)
    const group = trio.mustLead(1).mustGroup(1)
    const heard: Outcome[] = []
    group.propose(group.raft.term - 1, bytes('x'), outcome => heard.push(outcome))
    trio.pass(1)
    expect(heard).toEqual([{ kind: 'refused', code: 'wrong-term' }])
  })

  it('is one beyond the bound on proposals', () => {
    const trio = Trio.led(1, { bounds: { proposalsMax: 5 } })
    const leader = trio.mustLead(1)
    trio.pass(200)
    const heard = proposeMany(leader, 1, 7)
    expect(leader.mustGroup(1).stats().proposalsOpen).toBe(5)
    trio.pass(300)
    const refused = heard.filter(outcome => outcome.kind === 'refused')
    expect(refused).toEqual(Array(2).fill({ kind: 'refused', code: 'too-many-proposals' }))
    expect(heard).toHaveLength(7)
  })

  it('is one to a leader whose machine is too far behind', () => {
    const trio = Trio.led(1, { bounds: { unappliedBytesMax: 400 } })
    const leader = trio.mustLead(1)
    trio.pass(200)
    leader.mustMachine(1).laterMs = 1000
    proposeMany(leader, 1, 1)
    trio.pass(50)
    proposeMany(leader, 1, 40)
    trio.pass(50)
    const heard = proposeMany(leader, 1, 1)
    trio.pass(1)
    expect(heard).toEqual([{ kind: 'refused', code: 'too-much-unapplied' }])
    expect(leader.mustGroup(1).stats().unappliedBytes).toBeGreaterThan(400)
    trio.pass(5000)
    const later = proposeMany(leader, 1, 1)
    trio.pass(2000)
    expect(later[0]?.kind).toBe('applied')
  })
})

describe('a busy group', () => {
  it('starves no other', () => {
    const trio = Trio.led(2, { bounds: { applyEntriesMax: 16 } })
    const busy = trio.mustLead(1)
    busy.mustMachine(1).workMs = 0.5
    proposeMany(busy, 1, 400)
    trio.pass(5)
    const outcomes = trio.propose(2, 'quick')
    for (let i = 0; i < 20 && outcomes.length === 0; i++) trio.pass(2)
    expect(outcomes).toMatchObject([{ kind: 'applied' }])
    expect(busy.mustMachine(1).data.length).toBeLessThan(400)
  })

  it('delays no beat, however slow its machine', () => {
    const trio = Trio.led(2)
    const leader = trio.mustLead(1)
    const terms = trio.nodes.map(node => node.mustGroup(1).raft.term)
    leader.mustMachine(1).workMs = 3
    proposeMany(leader, 1, 300)
    const before = trio.wires.frames.length
    trio.pass(1500)
    const beats: number[] = []
    for (const frame of trio.wires.frames.slice(before)) {
      if (frame.from !== nodeName(leader.number)) continue
      readPacket(frame.bytes, (group, { type }) => {
        if (group === asGroup(1) && type === 'heartbeat') beats.push(1)
      })
    }
    // Two peers, ten a second, while the machine holds up the process more than half of the time.
    expect(beats.length).toBeGreaterThanOrEqual(20)
    expect(trio.nodes.map(node => node.mustGroup(1).raft.term)).toEqual(terms)
    expect(leader.host.stats().stalls.maxMs).toBeLessThan(1000)
  })
})

describe('statistics', () => {
  it('of a node and its groups tell how it goes', () => {
    const trio = Trio.led(2)
    proposeMany(trio.mustLead(1), 1, 10)
    trio.pass(300)
    const leader = trio.mustLead(1)
    const stats = leader.host.stats()
    expect(stats.groups).toBe(2)
    expect(stats.persistMs.count).toBeGreaterThan(1)
    expect(stats.persistMs.max).toBeGreaterThanOrEqual(1)
    expect(stats.applyMs.count).toBeGreaterThan(1)
    expect(stats.turns).toBe(stats.turnMs.count)
    expect(stats.sent.packets).toBeGreaterThan(1)
    expect(stats.received.messages).toBeGreaterThanOrEqual(stats.received.frames)
    expect(leader.mustGroup(1).stats()).toMatchObject({
      ...{ proposalsOpen: 0, readsOpen: 0, writesOpen: 0, unapplied: 0, unappliedBytes: 0 },
      imagesTaken: 0,
    })
    expect(leader.mustGroup(1).stats().imageBytes).toBeGreaterThan(10)
  })

  it('count a stall of the whole process', () => {
    const trio = Trio.led(1)
    trio.clock.stall(500)
    trio.pass(100)
    for (const node of trio.nodes) {
      const { count, maxMs } = node.host.stats().stalls
      expect(count).toBe(1)
      expect(maxMs).toBeGreaterThanOrEqual(500 - defaultBounds.stallMs)
    }
  })
})
