/** One packet for each node and lane in a turn, and who hears of those that were dropped. */

import { describe, expect, it } from 'vitest'
import type { GroupId, NodeId, ReplicaId } from '../../base/ids.ts'
import { replicaId } from '../../base/ids.ts'
import type { Append, Heartbeat, Message, Snapshot } from '../messages.ts'
import { readPacket } from '../wire/packet.ts'
import { Outgoing, type Sender } from './outgoing.ts'
import type { HostLane } from './ports.ts'
import { asGroup, nodeName } from './testing/world.ts'

const envelope = { from: replicaId(1), to: replicaId(2), term: 3 }
const beat: Heartbeat = { type: 'heartbeat', ...envelope, commit: 4, round: 0 }
const members = { voters: [replicaId(1)], outgoing: [], learners: [] }
const chunk: Snapshot = {
  ...{ type: 'snapshot', ...envelope, offset: 0, last: true },
  image: { index: 9, term: 1, members, membersIndex: 0, chain: 0 },
  data: new Uint8Array(100),
}

function append(sizeBytes: number, to = 2): Append {
  const entry = { index: 5, term: 3, kind: 'data' as const, data: new Uint8Array(sizeBytes) }
  return {
    ...{ type: 'append', ...envelope, to: replicaId(to) },
    ...{ prevIndex: 4, prevTerm: 3, entries: [entry], commit: 4 },
  }
}

interface Sent {
  readonly to: NodeId
  readonly lane: HostLane
  readonly messages: readonly (readonly [GroupId, Message])[]
}

function started() {
  const sent: Sent[] = []
  const refused = new Set<NodeId>()
  const outgoing = new Outgoing({
    listen: () => {},
    send: (to, lane, bytes) => {
      if (refused.has(to)) return false
      const messages: [GroupId, Message][] = []
      readPacket(bytes, (group, message) => messages.push([group, message]))
      sent.push({ to, lane, messages })
      return true
    },
  })
  const dropped: string[] = []
  const sender = (n: number): Sender => {
    const id = asGroup(n)
    return { id, onDropped: (to: ReplicaId) => dropped.push(`${n} to ${to}`) }
  }
  return { outgoing, sent, refused, dropped, sender }
}

describe('a turn', () => {
  it('is one packet for each node, whatever the groups', () => {
    const { outgoing, sent, sender } = started()
    for (let n = 1; n <= 50; n++) {
      outgoing.add(sender(n), nodeName(2), beat)
      outgoing.add(sender(n), nodeName(3), beat)
    }
    expect(sent).toEqual([])
    outgoing.flush()
    expect(sent.map(({ to }) => to)).toEqual(['n2', 'n3'])
    expect(sent[0]?.messages.map(([group]) => group)).toEqual(
      Array.from({ length: 50 }, (_, i) => i + 1),
    )
    outgoing.flush()
    expect(sent).toHaveLength(2)
  })

  it('says beats before anything else', () => {
    const { outgoing, sent, sender } = started()
    outgoing.add(sender(1), nodeName(2), append(10))
    outgoing.add(sender(2), nodeName(2), beat)
    outgoing.flush()
    expect(sent[0]?.messages.map(([, { type }]) => type)).toEqual(['heartbeat', 'append'])
  })

  it('sends images by their own lane', () => {
    const { outgoing, sent, sender } = started()
    outgoing.add(sender(1), nodeName(2), chunk)
    outgoing.add(sender(1), nodeName(2), append(10))
    outgoing.flush()
    expect(sent.map(({ lane, messages }) => [lane, messages[0]?.[1].type])).toEqual([
      ['image', 'snapshot'],
      ['turn', 'append'],
    ])
  })

  it('that says more than a packet holds is several', () => {
    const { outgoing, sent, sender } = started()
    for (let n = 1; n <= 9; n++) outgoing.add(sender(n), nodeName(2), append(400_000))
    expect(sent.length).toBeGreaterThan(1)
    outgoing.flush()
    expect(sent.flatMap(({ messages }) => messages.map(([group]) => group))).toEqual([
      1, 2, 3, 4, 5, 6, 7, 8, 9,
    ])
  })
})

describe('what the links do not take', () => {
  it('is told to the cores whose appends it held, and to no others', () => {
    const { outgoing, sent, refused, dropped, sender } = started()
    refused.add(nodeName(2))
    outgoing.add(sender(1), nodeName(2), append(10, 2))
    outgoing.add(sender(2), nodeName(2), beat)
    outgoing.add(sender(3), nodeName(2), append(10, 12))
    outgoing.add(sender(4), nodeName(3), append(10, 3))
    outgoing.flush()
    expect(dropped).toEqual(['1 to 2', '3 to 12'])
    expect(sent.map(({ to }) => to)).toEqual(['n3'])
    expect(outgoing.stats()).toMatchObject({ packets: 2, packetsDropped: 1, messages: 4 })
  })

  it('is told once', () => {
    const { outgoing, refused, dropped, sender } = started()
    refused.add(nodeName(2))
    outgoing.add(sender(1), nodeName(2), append(10))
    outgoing.flush()
    refused.clear()
    outgoing.add(sender(1), nodeName(2), append(10))
    outgoing.flush()
    expect(dropped).toEqual(['1 to 2'])
  })
})

describe('a node that is gone for good', () => {
  it('is sent nothing more of what waited', () => {
    const { outgoing, sent, sender } = started()
    outgoing.add(sender(1), nodeName(2), beat)
    outgoing.forget(nodeName(2))
    outgoing.flush()
    expect(sent).toEqual([])
    outgoing.add(sender(1), nodeName(2), beat)
    outgoing.flush()
    expect(sent).toHaveLength(1)
    expect(outgoing.stats().bytes).toBeGreaterThan(0)
  })
})
