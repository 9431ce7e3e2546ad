/** How groups and hosts come to be and end. */

import { describe, expect, it } from 'vitest'
import { replicaId } from '../../base/ids.ts'
import { PacketWriter } from '../wire/packet.ts'
import type { Outcome, ReadOutcome } from './calls.ts'
import { freshStored, type Node, Trio } from './testing/trio.ts'
import { asGroup, nodeName } from './testing/world.ts'

const bytes = (text: string) => new TextEncoder().encode(text)

describe('a group', () => {
  it('is created durably before it does anything', () => {
    const trio = new Trio()
    trio.mustNode(1).create(1, [1, 2, 3])
    expect(trio.mustNode(1).host.groups.size).toBe(0)
    trio.pass(2)
    expect(trio.mustNode(1).host.groups.size).toBe(1)
    expect(trio.mustNode(1).state.groups.size).toBe(1)
  })

  it('is there once', () => {
    const trio = Trio.led(1)
    const node = trio.mustNode(1)
    expect(() => node.create(1, [1, 2, 3])).toThrow('a group is opened once')
    node.create(2, [1, 2, 3])
    expect(() => node.create(2, [1, 2, 3])).toThrow('gone before it comes again')
    expect(() => node.host.open(asGroup(9), node.options(asGroup(9)))).toThrow('the store holds')
  })

  it('that is removed answers whoever waits, closes its machine, and leaves the log', () => {
    const trio = Trio.led(2)
    const leader = trio.mustLead(1)
    const group = leader.mustGroup(1)
    leader.mustMachine(1).laterMs = 50
    const heard: (Outcome | ReadOutcome)[] = []
    group.propose(group.raft.term, bytes('x'), outcome => heard.push(outcome))
    trio.pass(10)
    group.read(outcome => heard.push(outcome))
    let removed = 0
    leader.host.remove(asGroup(1), () => removed++)
    expect(leader.host.groups.has(asGroup(1))).toBe(false)
    trio.pass(1)
    expect(heard).toEqual([{ kind: 'unknown' }, { kind: 'lost' }])
    // Its machine works on a batch: nobody closes it under its hands.
    expect(leader.mustMachine(1).isClosed).toBe(false)
    expect(removed).toBe(0)
    trio.pass(100)
    expect(leader.mustMachine(1).isClosed).toBe(true)
    expect(removed).toBe(1)
    expect(leader.state.groups.has(asGroup(1))).toBe(false)
    group.propose(group.raft.term, bytes('late'), outcome => heard.push(outcome))
    group.read(outcome => heard.push(outcome))
    group.chainAt(1, outcome => heard.push(outcome as Outcome))
    trio.pass(1)
    expect(heard.slice(2)).toEqual(Array(3).fill({ kind: 'refused', code: 'closed' }))
    expect(group.transfer(replicaId(2))).toMatchObject({ refused: 'not-leader' })
    group.takeImage()
    trio.pass(3000)
    expect(trio.mustLead(1)).not.toBe(leader)
    expect(trio.mustLead(2)).toBeDefined()
  })

  it('that is removed while its image is written waits for that', () => {
    const trio = Trio.led(1)
    trio.pass(200)
    const node = trio.mustNode(1)
    node.store.savesImages = false
    node.mustGroup(1).takeImage()
    trio.pass(20)
    let removed = 0
    node.host.remove(asGroup(1), () => removed++)
    trio.pass(100)
    expect(removed).toBe(0)
    for (const save of node.store.held.splice(0)) save()
    trio.pass(100)
    expect(removed).toBe(1)
    expect(node.host.stats().imagesRunning).toBe(0)
  })

  it('keeps its log until what its machine keeps is gone, and a stop waits for both', () => {
    const trio = Trio.led(1)
    const node = trio.mustNode(1)
    const cleared: (() => void)[] = []
    const done: string[] = []
    const isInLog = () => node.state.groups.has(asGroup(1))
    node.host.remove(
      asGroup(1),
      () => done.push('removed'),
      next => cleared.push(next),
    )
    trio.pass(100)
    expect([done, cleared.length, isInLog()]).toEqual([[], 1, true])
    node.host.stop(() => done.push('stopped'))
    trio.pass(5000)
    expect([done, isInLog()]).toEqual([[], true])
    for (const next of cleared) next()
    trio.pass(100)
    expect([done, isInLog()]).toEqual([['removed', 'stopped'], false])
  })

  it('may come again as another replica', () => {
    const trio = Trio.led(1)
    const leader = trio.mustLead(1)
    const gone = trio.nodes.find(node => node !== leader) as Node
    gone.host.remove(asGroup(1), () => {})
    trio.pass(20)
    const learner = gone.number + 10
    const group = leader.mustGroup(1)
    const heard: Outcome[] = []
    const wish = { voters: [1, 2, 3].map(replicaId), learners: [replicaId(learner)] }
    group.changeMembers(wish, group.raft.log.membersIndex, outcome => heard.push(outcome))
    gone.create(1, [], learner)
    trio.pass(1000)
    expect(heard).toMatchObject([{ kind: 'applied' }])
    trio.propose(1, 'for all')
    trio.pass(300)
    expect(gone.mustGroup(1).raft.role).toBe('learner')
    expect(gone.mustMachine(1).data).toEqual(['for all'])
  })
})

describe('a word about a group that is not here', () => {
  /** What node 1 is told by node 2 about a group. */
  function tell(trio: Trio, n: number): void {
    const writer = new PacketWriter()
    const beat = { type: 'heartbeat', from: replicaId(2), to: replicaId(1), term: 1 } as const
    writer.add(asGroup(n), { ...beat, commit: 0, round: 1 })
    trio.wires.deliver({ from: nodeName(2), to: nodeName(1), bytes: writer.finish() })
  }

  it('is passed on while nobody expects it', () => {
    const trio = new Trio()
    tell(trio, 1)
    expect(trio.mustNode(1).unknown).toEqual([1])
  })

  it('is none while it is created', () => {
    const trio = new Trio()
    const node = trio.mustNode(1)
    node.create(1, [1, 2, 3])
    tell(trio, 1)
    expect(node.unknown).toEqual([])
    expect(node.host.stats().received.unknownGroup).toBe(1)
    trio.pass(10)
    tell(trio, 1)
    expect(node.host.stats().received.unknownGroup).toBe(1)
    expect(node.fatal).toEqual([])
  })

  it('is none while it is removed: nobody makes it again before it is gone', () => {
    const trio = Trio.led(2)
    const node = trio.mustNode(1)
    node.mustMachine(1).laterMs = 50
    trio.propose(1, 'slow')
    trio.pass(10)
    let removed = 0
    node.host.remove(asGroup(1), () => removed++)
    // The others go on sending, too.
    while (removed === 0) {
      tell(trio, 1)
      trio.pass(1)
    }
    expect(node.unknown).toEqual([])
    tell(trio, 1)
    expect(node.unknown).toEqual([1])
    expect([node.fatal, node.host.groups.size]).toEqual([[], 1])
  })

  it('is none while the host stops, whatever group it is', () => {
    const trio = Trio.led(1)
    const node = trio.mustNode(1)
    let stopped = 0
    node.host.stop(() => stopped++)
    while (stopped === 0) {
      tell(trio, 1)
      tell(trio, 9)
      trio.pass(1)
    }
    tell(trio, 9)
    expect([node.unknown, node.fatal]).toEqual([[], []])
  })

  it('is none while it is yet to be opened', () => {
    const trio = Trio.led(1)
    const node = trio.mustNode(1)
    trio.kill(node)
    node.begin()
    tell(trio, 1)
    expect(node.unknown).toEqual([])
    node.openAll(false)
    tell(trio, 2)
    expect([node.unknown, node.host.groups.size]).toEqual([[2], 1])
  })
})

describe('a host that is stopped', () => {
  it('hands its leaderships over, then closes machines and store', () => {
    const trio = Trio.led(20)
    trio.pass(300)
    const node = trio.nodes.find(({ host }) => host.stats().leading > 0) as Node
    const machines = [...node.machines.values()]
    let stopped = 0
    node.host.stop(() => stopped++)
    trio.pass(100)
    expect(stopped).toBe(1)
    expect(node.store.closed).toBe(true)
    expect(machines.every(machine => machine.isClosed)).toBe(true)
    expect(node.host.groups.size).toBe(0)
    const others = trio.nodes.filter(one => one !== node)
    const leading = others.map(({ host }) => host.stats().leading)
    expect(leading.reduce((a, b) => a + b)).toBe(20)
  })

  it('waits for the proposals that it took, and takes no more', () => {
    const trio = Trio.led(1)
    const leader = trio.mustLead(1)
    const outcomes = trio.propose(1, 'last')
    let stopped = 0
    leader.host.stop(() => stopped++)
    const group = leader.mustGroup(1)
    group.propose(group.raft.term, bytes('too late'), outcome => outcomes.push(outcome))
    trio.pass(200)
    expect(stopped).toBe(1)
    expect(outcomes).toMatchObject([{ kind: 'refused', code: 'closed' }, { kind: 'applied' }])
    for (const node of trio.nodes) {
      if (node !== leader) expect(node.mustMachine(1).data).toEqual(['last'])
    }
  })

  it('gives the leadership to whoever has most of the log', () => {
    const trio = Trio.led(1)
    const leader = trio.mustLead(1)
    const [ahead, behind] = trio.nodes.filter(node => node !== leader) as [Node, Node]
    trio.kill(behind)
    trio.propose(1, 'one')
    trio.pass(50)
    leader.host.stop(() => {})
    trio.pass(300)
    expect(trio.leaderOf(1)).toBe(ahead)
  })

  it('does not wait for ever when nobody can take over', () => {
    const trio = Trio.led(1)
    const leader = trio.mustLead(1)
    for (const node of trio.nodes) if (node !== leader) trio.kill(node)
    const outcomes = trio.propose(1, 'stuck')
    let stopped = 0
    leader.host.stop(() => stopped++)
    trio.pass(5000)
    expect(stopped).toBe(1)
    expect(outcomes).toEqual([{ kind: 'unknown' }])
  })

  it('stops at once when it alone is the group', () => {
    const trio = new Trio({ nodes: 1 })
    trio.mustNode(1).create(1, [1])
    trio.mustLead(1)
    const outcomes = trio.propose(1, 'mine')
    let stopped = 0
    trio.mustNode(1).host.stop(() => stopped++)
    trio.pass(50)
    expect(stopped).toBe(1)
    expect(outcomes).toMatchObject([{ kind: 'applied' }])
  })

  it('waits for a group that is being removed: its log goes before the store closes', () => {
    const trio = Trio.led(2)
    const node = trio.mustLead(1)
    node.mustMachine(1).laterMs = 400
    trio.propose(1, 'slow')
    trio.pass(10)
    node.host.remove(asGroup(1), () => {})
    let stopped = 0
    node.host.stop(() => stopped++)
    trio.pass(300)
    expect(stopped).toBe(0)
    trio.pass(300)
    expect(stopped).toBe(1)
    expect(node.mustMachine(1).isClosed).toBe(true)
    expect([...node.state.groups.keys()]).toEqual([2])
  })

  it('does not wait for one that is removed while leaderships are handed over', () => {
    const trio = Trio.led(1)
    const leader = trio.mustLead(1)
    for (const node of trio.nodes) if (node !== leader) trio.kill(node)
    let stopped = 0
    leader.host.stop(() => stopped++)
    trio.pass(100)
    expect(stopped).toBe(0)
    leader.host.remove(asGroup(1), () => {})
    trio.pass(50)
    expect(stopped).toBe(1)
    expect(leader.state.groups.size).toBe(0)
  })

  it('without groups closes its store, and is stopped once', () => {
    const trio = new Trio()
    const { host, store } = trio.mustNode(1)
    host.stop(() => {})
    trio.pass(10)
    expect(store.closed).toBe(true)
    expect(() => host.stop(() => {})).toThrow('is stopped once')
    expect(() => trio.mustNode(1).create(1, [1])).toThrow('opens nothing while it stops')
  })

  it('does not open a group whose creation was under way', () => {
    const trio = new Trio()
    const node = trio.mustNode(1)
    const id = asGroup(1)
    let opened = 0
    node.host.create(id, replicaId(1), freshStored([1]), node.options(id), () => opened++)
    node.host.stop(() => {})
    trio.pass(10)
    expect(opened).toBe(0)
  })
})

describe('a disk that fails', () => {
  it('at the last sync of a stop is told as any other, or nobody would ever go', () => {
    const trio = Trio.led(2)
    const node = trio.mustLead(1)
    node.store.failsAtClose = true
    let stopped = 0
    node.host.stop(() => stopped++)
    trio.pass(3000)
    expect(node.fatal).toEqual(['io-error'])
    expect(stopped).toBe(0)
  })

  it('ends the host: told once, calls answered, nothing sent any more', () => {
    const trio = Trio.led(2)
    const leader = trio.mustLead(1)
    const outcomes = trio.propose(1, 'x')
    leader.store.fail('disk-full')
    leader.store.fail('io-error')
    expect(leader.fatal).toEqual(['disk-full'])
    expect(outcomes).toEqual([{ kind: 'unknown' }])
    const sent = leader.host.stats().sent.packets
    const { writes } = leader.store
    trio.pass(3000)
    expect(leader.host.stats().sent.packets).toBe(sent)
    expect(leader.store.writes).toBe(writes)
    const leaders = trio.nodes.filter(node => {
      return node !== leader && node.mustGroup(1).raft.role === 'leader'
    })
    expect(leaders).toHaveLength(1)
  })

  it('while a machine is busy: what that does afterwards moves nothing', () => {
    const trio = Trio.led(1)
    const leader = trio.mustLead(1)
    leader.mustMachine(1).laterMs = 50
    const outcomes = trio.propose(1, 'x')
    trio.pass(10)
    leader.mustGroup(1).takeImage()
    leader.store.fail('io-error')
    const { turns } = leader.host.stats()
    trio.pass(2000)
    expect(outcomes).toEqual([{ kind: 'unknown' }])
    expect(leader.host.stats()).toMatchObject({ turns, imagesRunning: 0 })
    expect(leader.mustMachine(1).data).toEqual(['x'])
  })

  it('while a group is being removed: its log stays for whoever looks at the disk', () => {
    const trio = Trio.led(1)
    const leader = trio.mustLead(1)
    leader.mustMachine(1).laterMs = 50
    trio.propose(1, 'x')
    trio.pass(10)
    let removed = 0
    leader.host.remove(asGroup(1), () => removed++)
    leader.store.fail('io-error')
    trio.pass(500)
    expect(removed).toBe(0)
    expect(leader.state.groups.size).toBe(1)
  })

  it('while it stops: it is told, and the stop never ends', () => {
    const trio = Trio.led(1)
    const leader = trio.mustLead(1)
    leader.mustMachine(1).laterMs = 500
    trio.propose(1, 'x')
    trio.pass(10)
    let stopped = 0
    leader.host.stop(() => stopped++)
    trio.pass(100)
    leader.store.fail('io-error')
    trio.pass(5000)
    expect(leader.fatal).toEqual(['io-error'])
    expect(stopped).toBe(0)
  })
})
