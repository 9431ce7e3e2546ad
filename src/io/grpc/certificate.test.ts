/** Nodes that meet with TLS: whose certificate speaks for whom, on both sides of a connection. */

import { afterEach, expect, test } from 'vitest'
import { nodeId } from '../../base/ids.ts'
import { until } from '../testing/until.ts'
import { Authority } from './testing/certificates.ts'
import { TestNode } from './testing/node.ts'
import { addressOf, mustOpen } from './testing/rig.ts'
import type { GrpcTransport } from './transport.ts'

const authority = new Authority('an authority')
const transports: GrpcTransport[] = []
const nodes: TestNode[] = []

afterEach(() => {
  for (const node of nodes.splice(0)) node.links.stop()
  for (const transport of transports.splice(0)) transport.destroy()
})

async function start(name: string, subject: string, names?: readonly string[]) {
  const transport = await mustOpen({ tls: authority.issue(subject, names) })
  transports.push(transport)
  const node = new TestNode(name, transport)
  nodes.push(node)
  return { node, address: addressOf(transport) }
}

interface Row {
  readonly what: string
  readonly subject: string
  readonly names?: readonly string[]
}

const believed: readonly Row[] = [
  { what: 'its only DNS name', subject: 'anything', names: ['b'] },
  { what: 'one of its DNS names', subject: 'anything', names: ['x', 'b', 'y'] },
  { what: 'its common name, when there is no other', subject: 'b' },
]

const refused: readonly Row[] = [
  { what: 'is its common name, but it has DNS names', subject: 'b', names: ['x'] },
  { what: 'only looks like its DNS name', subject: 'x', names: ['b.example', 'bb', 'B'] },
  { what: 'would be met by a wildcard', subject: 'x', names: ['*'] },
  { what: 'is that of whom it calls', subject: 'a', names: ['a'] },
]

test.each(believed)('a node is believed by $what, called and calling', async row => {
  const a = await start('a', 'a')
  const b = await start('b', row.subject, row.names)
  a.node.links.setPeer(nodeId('b'), b.address)
  b.node.links.setPeer(nodeId('a'), a.address)
  await until(() => a.node.told.includes('up b/1') && b.node.told.includes('up a/1'))
  expect([...a.node.refusals, ...b.node.refusals]).toEqual([])
})

test.each(refused)('a node whose name $what is not let in when it calls', async row => {
  const a = await start('a', 'a')
  const b = await start('b', row.subject, row.names)
  b.node.links.setPeer(nodeId('a'), a.address)
  await until(() => b.node.refusals.length > 0)
  expect(a.node.links.counters().refused['not-allowed']).toBeGreaterThan(0)
  expect(b.node.links.status()).toMatchObject([{ lastRefusal: { code: 'not-allowed' } }])
  expect([...a.node.told, ...b.node.told]).toEqual([])
})

test.each(refused)('a node whose name $what is not believed when it is called', async row => {
  const a = await start('a', 'a')
  const b = await start('b', row.subject, row.names)
  a.node.links.setPeer(nodeId('b'), b.address)
  await until(() => a.node.refusals.length > 0)
  expect(new Set(a.node.refusals)).toEqual(new Set(['not-allowed']))
  expect(a.node.links.status()).toMatchObject([{ lastRefusal: { code: 'not-allowed' } }])
  expect(a.node.told).toEqual([])
})
