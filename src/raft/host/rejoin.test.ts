/** Replicas that come late, come again or are held up: images, restarts, removals, bounds. */

import { describe, expect, it } from 'vitest'
import { replicaId } from '../../base/ids.ts'
import type { Message } from '../messages.ts'
import { PacketWriter, readPacket } from '../wire/packet.ts'
import type { ChainOutcome, Outcome, ReadOutcome } from './calls.ts'
import { type Node, Trio } from './testing/trio.ts'
import { asGroup, nodeName } from './testing/world.ts'

const bytes = (text: string) => new TextEncoder().encode(text)

function proposeMany(node: Node, n: number, count: number, name = 'p'): Outcome[] {
  const outcomes: Outcome[] = []
  const group = node.mustGroup(n)
  for (let i = 0; i < count; i++) {
    group.propose(group.raft.term, bytes(`${name}${i}`), outcome => outcomes.push(outcome))
  }
  return outcomes
}

function otherThan(trio: Trio, ...nodes: readonly Node[]): Node {
  const other = trio.nodes.find(one => !nodes.includes(one))
  if (other === undefined) throw new Error('there is no other')
  return other
}

function isolate(trio: Trio, node: Node): void {
  for (const other of trio.nodes) {
    if (other !== node) trio.wires.cut(nodeName(node.number), nodeName(other.number))
  }
}

function expectEqual(trio: Trio, n: number): void {
  const [first, ...rest] = trio.nodes.map(node => node.mustMachine(n).lines)
  for (const lines of rest) expect(lines).toEqual(first)
}

/** What `from` said, by type. */
function saidBy(trio: Trio, from: Node, since: number): readonly Message[] {
  const said: Message[] = []
  for (const frame of trio.wires.frames.slice(since)) {
    if (frame.from !== nodeName(from.number)) continue
    readPacket(frame.bytes, (_group, message) => said.push(message))
  }
  return said
}

const small = { bounds: { imageEntriesMax: 10 }, limits: { tailEntries: 0, chunkBytesMax: 64 } }

describe('an image for a follower that lags', () => {
  it('arrives while proposals go on, and what follows it too', () => {
    const trio = Trio.led(1, small)
    const leader = trio.mustLead(1)
    const slow = otherThan(trio, leader)
    isolate(trio, slow)
    const outcomes = proposeMany(leader, 1, 60, 'before')
    trio.pass(300)
    trio.wires.heal()
    for (let i = 0; i < 100; i++) {
      outcomes.push(...trio.propose(1, `during${i}`))
      trio.pass(7)
    }
    trio.pass(3000)
    expect(outcomes.filter(({ kind }) => kind !== 'applied')).toEqual([])
    expect(slow.mustMachine(1).restored.length).toBeGreaterThan(0)
    expect(slow.mustMachine(1).data.at(-1)).toBe('during99')
    expectEqual(trio, 1)
  })

  it('is read chunk by chunk, each at its place, and taken once', () => {
    const trio = Trio.led(1, small)
    const leader = trio.mustLead(1)
    const slow = otherThan(trio, leader)
    isolate(trio, slow)
    proposeMany(leader, 1, 40)
    trio.pass(500)
    const since = trio.wires.frames.length
    trio.wires.heal()
    trio.pass(1500)
    const chunks = saidBy(trio, leader, since).filter(message => message.type === 'snapshot')
    const index = chunks[0]?.image.index
    const one = chunks.filter(({ image }) => image.index === index)
    const offsets = one.map(({ offset }) => offset)
    expect(offsets).toEqual([...new Set(offsets)].sort((a, b) => a - b))
    for (const [i, { offset, data, last }] of one.entries()) {
      expect(last).toBe(i === one.length - 1)
      expect(one[i + 1]?.offset ?? offset + data.length).toBe(offset + data.length)
    }
    expect(slow.mustMachine(1).restored).toEqual([index])
    expectEqual(trio, 1)
  })

  it('overtakes what its machine had not done: the state is the image and what follows', () => {
    const trio = Trio.led(1, small)
    const leader = trio.mustLead(1)
    const slow = otherThan(trio, leader)
    trio.propose(1, 'first')
    trio.pass(300)
    slow.mustMachine(1).laterMs = 4000
    trio.propose(1, 'held up')
    trio.pass(300)
    proposeMany(leader, 1, 4, 'queued')
    trio.pass(300)
    expect(slow.mustGroup(1).stats().unapplied).toBeGreaterThan(2)
    const chains: ChainOutcome[] = []
    const queued = slow.mustGroup(1).raft.log.commit
    for (let i = 0; i < 3; i++) slow.mustGroup(1).chainAt(queued - i, it => chains.push(it))
    isolate(trio, slow)
    proposeMany(leader, 1, 40, 'away')
    trio.pass(500)
    trio.wires.heal()
    trio.pass(2000)
    expect(slow.mustMachine(1).restored).toEqual([])
    slow.mustMachine(1).laterMs = undefined
    trio.pass(2000)
    expect(slow.mustMachine(1).restored.length).toBeGreaterThan(0)
    expect(slow.fatal).toEqual([])
    // All was applied at once with the image: a fingerprint is told or jumped over, once.
    expect(chains).toHaveLength(3)
    expectEqual(trio, 1)
  })

  it('whose sender dies comes from the next leader', () => {
    const trio = Trio.led(1, small)
    const leader = trio.mustLead(1)
    const slow = otherThan(trio, leader)
    isolate(trio, slow)
    proposeMany(leader, 1, 60)
    trio.pass(500)
    const since = trio.wires.frames.length
    trio.wires.heal()
    for (let i = 0; i < 3000; i++) {
      if (saidBy(trio, leader, since).some(message => message.type === 'snapshot')) break
      trio.pass(1)
    }
    expect(slow.mustMachine(1).restored).toEqual([])
    trio.kill(leader)
    trio.pass(5000)
    expect(slow.mustMachine(1).restored).toHaveLength(1)
    trio.revive(leader)
    trio.mustLead(1)
    trio.propose(1, 'after')
    trio.pass(2000)
    expectEqual(trio, 1)
  })
})

describe('a restart', () => {
  it('while an image is being received begins again and ends well', () => {
    const trio = Trio.led(1, small)
    const leader = trio.mustLead(1)
    const slow = otherThan(trio, leader)
    isolate(trio, slow)
    proposeMany(leader, 1, 60)
    trio.pass(500)
    const since = trio.wires.frames.length
    trio.wires.heal()
    for (let i = 0; i < 3000; i++) {
      if (saidBy(trio, leader, since).filter(({ type }) => type === 'snapshot').length > 2) break
      trio.pass(1)
    }
    trio.kill(slow)
    trio.pass(50)
    trio.revive(slow)
    trio.pass(5000)
    expect(slow.fatal).toEqual([])
    expect(slow.mustMachine(1).restored).toHaveLength(1)
    expectEqual(trio, 1)
  })

  it('with a state ahead of the image loads nothing and goes on from the state', () => {
    const trio = Trio.led(1, small)
    proposeMany(trio.mustLead(1), 1, 15)
    trio.pass(300)
    const node = otherThan(trio, trio.mustLead(1))
    proposeMany(trio.mustLead(1), 1, 4, 'more')
    trio.pass(300)
    const { lines, appliedIndex } = node.mustMachine(1)
    expect(appliedIndex).toBeGreaterThan(node.mustGroup(1).raft.log.image.index)
    const before = [...lines]
    trio.kill(node)
    trio.revive(node, true)
    const heard: ReadOutcome[] = []
    node.mustGroup(1).read(outcome => heard.push(outcome))
    trio.pass(1000)
    // Nobody is known to lead yet; nothing is being loaded.
    expect(heard).toEqual([{ kind: 'refused', code: 'no-leader' }])
    expect(node.mustMachine(1).restored).toEqual([])
    expect(node.mustMachine(1).lines).toEqual(before)
    trio.propose(1, 'last')
    trio.pass(500)
    expectEqual(trio, 1)
  })

  it('with a state behind the image loads the image', () => {
    const trio = Trio.led(1, small)
    const node = otherThan(trio, trio.mustLead(1))
    proposeMany(trio.mustLead(1), 1, 15)
    trio.pass(300)
    trio.kill(node)
    node.mustMachine(1).appliedIndex = 2
    trio.revive(node, true)
    trio.pass(1000)
    expect(node.mustMachine(1).restored).toHaveLength(1)
    expectEqual(trio, 1)
  })

  it('of all at once loses nothing that was answered', () => {
    const trio = Trio.led(2, small)
    const outcomes = [1, 2].flatMap(n => proposeMany(trio.mustLead(n), n, 35))
    trio.pass(300)
    expect(outcomes.every(({ kind }) => kind === 'applied')).toBe(true)
    for (const node of trio.nodes) trio.kill(node)
    trio.pass(100)
    for (const node of trio.nodes) trio.revive(node)
    for (const n of [1, 2]) {
      trio.mustLead(n)
      trio.pass(500)
      expect(trio.mustLead(n).mustMachine(n).data).toHaveLength(35)
      expectEqual(trio, n)
    }
  })
})

describe('a learner', () => {
  it('is brought up by an image and made a voter, and then counts', () => {
    const trio = Trio.led(1, small)
    const leader = trio.mustLead(1)
    const gone = otherThan(trio, leader)
    proposeMany(leader, 1, 30)
    trio.pass(300)
    gone.host.remove(asGroup(1), () => {})
    trio.pass(50)
    const id = replicaId(gone.number + 10)
    gone.create(1, [], id)
    const group = leader.mustGroup(1)
    const stay = [leader, otherThan(trio, leader, gone)].map(node => replicaId(node.number))
    const heard: Outcome[] = []
    const change = (voters: readonly ReturnType<typeof replicaId>[], learners: typeof voters) => {
      const sorted = [...voters].sort((a, b) => a - b)
      const wish = { voters: sorted, learners }
      group.changeMembers(wish, group.raft.log.membersIndex, outcome => heard.push(outcome))
      trio.pass(2000)
    }
    change(stay, [id])
    expect(gone.mustGroup(1).raft.role).toBe('learner')
    expect(gone.mustMachine(1).restored.length).toBeGreaterThan(0)
    change([...stay, id], [])
    expect(heard.map(({ kind }) => kind)).toEqual(['applied', 'applied'])
    expect(gone.mustGroup(1).raft.role).toBe('follower')
    trio.kill(otherThan(trio, leader, gone))
    const last = trio.propose(1, 'by two')
    trio.pass(500)
    expect(last).toMatchObject([{ kind: 'applied' }])
    expect(gone.mustMachine(1).data.at(-1)).toBe('by two')
  })
})

describe('a group that was removed', () => {
  it('is not woken by what its peers still say, which is told', () => {
    const trio = Trio.led(1)
    const leader = trio.mustLead(1)
    const gone = otherThan(trio, leader)
    gone.host.remove(asGroup(1), () => {})
    const { writes } = gone.store
    proposeMany(leader, 1, 5)
    trio.pass(500)
    expect(gone.host.groups.size).toBe(0)
    expect(gone.unknown.length).toBeGreaterThan(0)
    expect(gone.store.writes).toBe(writes)
    expect(gone.host.stats().received.unknownGroup).toBe(gone.unknown.length)
  })

  it('cannot be created again before it is gone, and can be then', () => {
    const trio = Trio.led(1)
    const gone = otherThan(trio, trio.mustLead(1))
    let removed = 0
    gone.host.remove(asGroup(1), () => removed++)
    expect(() => gone.create(1, [], 17)).toThrow('gone before it comes again')
    expect(() => gone.host.remove(asGroup(1), () => {})).toThrow('that is removed is there')
    trio.pass(10)
    expect(removed).toBe(1)
    gone.create(1, [], 17)
    trio.pass(10)
    expect(gone.mustGroup(1).replica).toBe(17)
    expect(gone.mustMachine(1).lines).toEqual([])
  })

  it('while its own state is loaded is closed when that is done', () => {
    const trio = Trio.led(1, small)
    const node = otherThan(trio, trio.mustLead(1))
    proposeMany(trio.mustLead(1), 1, 15)
    trio.pass(300)
    trio.kill(node)
    trio.revive(node)
    let removed = 0
    node.host.remove(asGroup(1), () => removed++)
    trio.pass(50)
    expect([removed, node.state.groups.size, node.mustMachine(1).isClosed]).toEqual([1, 0, true])
    expect(node.mustMachine(1).restored).toEqual([])
  })
})

describe('a frame', () => {
  const vote: Message = {
    ...{ type: 'vote', from: replicaId(2), to: replicaId(1), term: 99 },
    ...{ lastIndex: 500, lastTerm: 98, forced: true },
  }
  const frameOf = (...messages: readonly Message[]) => {
    const writer = new PacketWriter()
    for (const message of messages) writer.add(asGroup(1), message)
    return writer.finish()
  }

  it('that ends too early changes nothing, though its first message was whole', () => {
    const trio = Trio.led(1)
    const node = trio.mustNode(1)
    const { term } = node.mustGroup(1).raft
    const whole = frameOf(vote, vote)
    const frame = { from: nodeName(2), to: nodeName(1), bytes: whole.subarray(0, -1) }
    expect(() => trio.wires.deliver(frame)).toThrow()
    expect(node.mustGroup(1).raft.term).toBe(term)
    expect(node.host.stats().received.malformed).toBe(1)
    const { messages } = node.host.stats().received
    trio.wires.deliver({ ...frame, bytes: whole })
    expect(node.host.stats().received.messages).toBe(messages + 2)
    expect(node.mustGroup(1).raft.term).toBe(99)
  })

  it('from the wrong node is counted for each message and changes nothing', () => {
    const trio = Trio.led(1)
    const node = trio.mustNode(1)
    const { term } = node.mustGroup(1).raft
    trio.wires.deliver({ from: nodeName(3), to: nodeName(1), bytes: frameOf(vote, vote) })
    expect(node.host.stats().received.wrongSender).toBe(2)
    expect(node.mustGroup(1).raft.term).toBe(term)
  })
})
