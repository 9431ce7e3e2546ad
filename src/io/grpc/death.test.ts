/** A peer that is a process of its own, killed as the system kills: what its peer is told. */

import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { afterEach, expect, test } from 'vitest'
import { nodeId } from '../../base/ids.ts'
import { until } from '../testing/until.ts'
import { Authority } from './testing/certificates.ts'
import { TestNode } from './testing/node.ts'
import { addressOf, mustOpen } from './testing/rig.ts'

const children: ChildProcess[] = []

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

/** Gives the port on which it listens. */
async function startPeer(listen: string, boot: number, peer: string) {
  const args = ['scripts/run.mjs', 'src/io/grpc/testing/peer.ts', listen, String(boot), peer]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  children.push(child)
  for await (const line of createInterface(child.stdout)) return { child, port: Number(line) }
  throw new Error('the peer did not start')
}

test('a process that is killed is lost, its next boot is found, its last is refused', async () => {
  const transport = await mustOpen()
  const address = addressOf(transport)
  const node = new TestNode('a', transport)
  const first = await startPeer('127.0.0.1:0', 7, address)
  const at = `127.0.0.1:${first.port}`
  node.links.setPeer(nodeId('b'), at)
  await until(() => node.told.includes('up b/7'))
  first.child.kill('SIGKILL')
  await until(() => node.told.includes('lost b'))
  expect(node.told).toEqual(['up b/7', 'lost b'])

  const second = await startPeer(at, 8, address)
  await until(() => node.told.includes('up b/8'))
  second.child.kill('SIGKILL')
  await until(() => node.told.length === 4)
  expect(node.told.slice(2)).toEqual(['up b/8', 'lost b'])

  await startPeer(at, 7, address)
  await until(() => node.refusals.includes('old-incarnation'))
  expect(node.links.status()).toMatchObject([{ lastRefusal: { code: 'old-incarnation' } }])
  expect(node.told).toHaveLength(4)
  node.links.stop()
  transport.destroy()
})

test('two nodes whose certificates are swapped do not believe each other', async () => {
  const authority = new Authority('an authority')
  const [one, two] = [
    await mustOpen({ tls: authority.issue('a') }),
    await mustOpen({ tls: authority.issue('c') }),
  ]
  const nodes = [new TestNode('a', one), new TestNode('b', two)] as const
  nodes[0].links.setPeer(nodeId('b'), addressOf(two))
  nodes[1].links.setPeer(nodeId('a'), addressOf(one))
  await until(() => nodes.every(node => node.refusals.includes('not-allowed')))
  expect([...nodes[0].told, ...nodes[1].told]).toEqual([])
  for (const node of nodes) node.links.stop()
  for (const transport of [one, two]) transport.destroy()
})
