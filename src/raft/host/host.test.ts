/** Three hosts with many groups: elections, proposals, restarts, images, removal, stop. */

import { describe, expect, it } from 'vitest'
import { MALFORMED_BYTES } from '../../base/bytes.ts'
import { replicaId } from '../../base/ids.ts'
import { readPacket } from '../wire/packet.ts'
import type { Outcome, ReadOutcome } from './calls.ts'
import { Trio } from './testing/trio.ts'
import { asGroup, nodeName } from './testing/world.ts'

const text = (line: string) => new TextEncoder().encode(line)

describe('groups of three nodes', () => {
  it('elect a leader each, and only one', () => {
    const trio = Trio.led(20)
    trio.pass(500)
    for (let n = 1; n <= 20; n++) {
      const roles = trio.nodes.map(node => node.mustGroup(n).raft.role).sort()
      expect(roles).toEqual(['follower', 'follower', 'leader'])
    }
    const leading = trio.nodes.map(node => node.host.stats().leading)
    expect(leading.reduce((a, b) => a + b)).toBe(20)
  })

  it('apply what is proposed, everywhere, and answer with the result', () => {
    const trio = Trio.led(3)
    const outcomes = [1, 2, 3].map(n => trio.propose(n, `of ${n}`))
    trio.pass(300)
    for (const [i, [outcome]] of outcomes.entries()) {
      expect(outcome).toMatchObject({ kind: 'applied', result: `did of ${i + 1}` })
      for (const node of trio.nodes) expect(node.mustMachine(i + 1).data).toEqual([`of ${i + 1}`])
    }
  })

  it('answer a proposal as soon as disks and wires allow, without a tick between', () => {
    const trio = Trio.led(1)
    trio.pass(5)
    const outcomes = trio.propose(1, 'quick')
    // Out (1 ms), synced there (1 ms), back (1 ms); the own sync goes on meanwhile.
    trio.pass(3)
    expect(outcomes).toHaveLength(1)
  })

  it('say the beats of all idle groups in one packet', () => {
    const trio = Trio.led(30)
    trio.pass(2000)
    const before = trio.wires.frames.length
    trio.pass(1000)
    const frames = trio.wires.frames.slice(before)
    let beats = 0
    for (const { bytes } of frames) {
      readPacket(bytes, (_group, message) => {
        if (message.type === 'heartbeat') beats++
      })
    }
    // 30 groups, two peers, ten beats a second; a node says them to another in one packet and the
    // other answers in one.
    expect(beats).toBe(600)
    expect(frames.length).toBeLessThanOrEqual(6 * 2 * 10)
  })

  it('read what was committed before, at the leader and at a follower', () => {
    const trio = Trio.led(1)
    trio.propose(1, 'seen')
    trio.pass(3)
    for (const node of trio.nodes) {
      const seen: (ReadOutcome | readonly string[])[] = []
      node.mustGroup(1).read(outcome => seen.push(outcome, [...node.mustMachine(1).data]))
      trio.pass(300)
      expect(seen).toEqual([{ kind: 'ready' }, ['seen']])
    }
  })

  it('change members and say when it is done', () => {
    const trio = Trio.led(1)
    const group = trio.mustLead(1).mustGroup(1)
    const outcomes: Outcome[] = []
    const wish = { voters: [1, 2, 3].map(replicaId), learners: [replicaId(14)] }
    group.changeMembers(wish, group.raft.log.membersIndex, outcome => outcomes.push(outcome))
    trio.pass(300)
    expect(outcomes).toMatchObject([{ kind: 'applied' }])
    expect(group.raft.status().members.learners).toEqual([14])
  })

  it('hand leadership over on demand', () => {
    const trio = Trio.led(1)
    const leader = trio.mustLead(1)
    const other = trio.nodes.find(node => node !== leader)
    expect(leader.mustGroup(1).transfer(replicaId(other?.number ?? 0))).toBeUndefined()
    trio.pass(100)
    expect(trio.mustLead(1)).toBe(other)
  })

  it('have equal fingerprints', () => {
    const trio = Trio.led(1)
    trio.propose(1, 'a')
    trio.pass(300)
    const index = trio.mustLead(1).mustGroup(1).raft.log.applied
    const chains: unknown[] = []
    for (const node of trio.nodes) node.mustGroup(1).chainAt(index, it => chains.push(it))
    trio.pass(10)
    expect(chains).toHaveLength(3)
    expect(chains[0]).toMatchObject({ kind: 'chain' })
    expect(new Set(chains.map(chain => JSON.stringify(chain))).size).toBe(1)
  })
})

describe('when a process dies', () => {
  it('others lead all its groups well before an election timeout', () => {
    const trio = Trio.led(30)
    trio.pass(500)
    const victim = trio.nodes[0]
    if (victim === undefined) throw new Error('no node')
    const led = victim.host.stats().leading
    expect(led).toBeGreaterThan(0)
    trio.kill(victim)
    trio.pass(400)
    const leading = trio.up.map(node => node.host.stats().leading)
    expect(leading.reduce((a, b) => a + b)).toBe(30)
  })

  it('it comes back with its groups and catches up', () => {
    const trio = Trio.led(5)
    const victim = trio.mustLead(1)
    trio.propose(1, 'before')
    trio.pass(20)
    trio.kill(victim)
    trio.pass(500)
    trio.propose(1, 'meanwhile')
    trio.pass(50)
    trio.revive(victim)
    expect(victim.host.groups.size).toBe(5)
    expect(victim.store.boot).toBe(2)
    trio.pass(1000)
    expect(victim.mustMachine(1).data).toEqual(['before', 'meanwhile'])
  })

  it('a deposed leader says of its proposals what became of them', () => {
    const trio = Trio.led(1)
    const old = trio.mustLead(1)
    for (const other of trio.nodes) {
      if (other !== old) trio.wires.cut(nodeName(old.number), nodeName(other.number))
    }
    const lost = trio.propose(1, 'lost')
    trio.pass(5000)
    expect(trio.mustLead(1)).not.toBe(old)
    // Nobody could say what became of it in time.
    expect(lost).toEqual([{ kind: 'unknown' }])
    trio.propose(1, 'other')
    trio.wires.heal()
    trio.pass(1000)
    expect(old.mustMachine(1).data).toEqual(['other'])
    expect(lost).toHaveLength(1)
  })
})

describe('bad input', () => {
  it('a malformed frame is counted, told, and nothing of it is taken', () => {
    const trio = Trio.led(1)
    const [node] = trio.nodes
    const frame = { from: nodeName(2), to: nodeName(1), bytes: text('nonsense') }
    // Its links hear of it, to refuse the connection.
    expect(() => trio.wires.deliver(frame)).toThrow(MALFORMED_BYTES)
    expect(node?.host.stats().received.malformed).toBe(1)
    expect(node?.malformed[0]).toContain(MALFORMED_BYTES)
  })

  it('messages for a group that is not here are counted and told', () => {
    const trio = Trio.led(1)
    trio.mustNode(1).create(2, [1, 2, 3])
    trio.pass(3000)
    expect(trio.mustNode(2).unknown).toContain(asGroup(2))
    expect(trio.mustNode(2).host.stats().received.unknownGroup).toBeGreaterThan(0)
  })

  it('nobody speaks for a replica of another node', () => {
    const trio = Trio.led(1)
    trio.pass(200)
    const frame = trio.wires.frames.findLast(({ from, to }) => {
      return from === nodeName(2) && to === nodeName(1)
    })
    if (frame === undefined) throw new Error('no frame')
    trio.wires.deliver({ ...frame, from: nodeName(3) })
    expect(trio.mustNode(1).host.stats().received.wrongSender).toBeGreaterThan(0)
  })
})
