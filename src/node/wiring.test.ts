/** What people read of connections: why one ended, and what to do. */

import { expect, test } from 'vitest'
import { nodeId } from '../base/ids.ts'
import type { HostLinksListener } from '../raft/host/ports.ts'
import type { Hello } from '../raft/links/hello.ts'
import type { Links } from '../raft/links/links.ts'
import { hostLinks } from './wiring.ts'

const peer = nodeId('n2')

function wired(lastClosed: string | undefined) {
  const lines: unknown[] = []
  const heard: string[] = []
  let told: Parameters<Links['listen']>[0] | undefined
  const links = {
    send: () => true,
    listen: (listener: typeof told) => {
      told = listener
    },
    status: () => [{ node: nodeId('n3') }, { node: peer, lastClosed }],
  }
  const logger = { log: (...line: readonly unknown[]) => lines.push(line) }
  const fatal: string[] = []
  const host = {
    onPeerLost: node => heard.push(`lost ${node}`),
    onPeerUp: node => heard.push(`up ${node}`),
    onRefused: (node, code) => heard.push(`refused ${node ?? 'nobody'} ${code}`),
  } as Partial<HostLinksListener> as HostLinksListener
  hostLinks(links as unknown as Links, {
    logger: logger as never,
    onFatal: code => fatal.push(code),
  }).listen(host)
  if (told === undefined) throw new Error('nobody listens to the links')
  return { told, lines, heard, fatal }
}

test('why a peer is lost stands in the log', () => {
  const why = 'frame-oversize: 20 MB; set the same bound on all nodes'
  const { told, lines, heard } = wired(why)
  told.onPeerLost(peer)
  expect(heard).toEqual(['lost n2'])
  expect(lines).toEqual([['warn', 'a peer is lost', { peer: 'n2', why }]])
})

test('why a connection closed stands in the log, though the peer was there again at once', () => {
  const closed = 'no echo came for 3000 ms'
  const { told, lines, heard } = wired(closed)
  told.onPeerUp(peer, { boot: 3 } as Hello)
  expect(heard).toEqual(['up n2'])
  expect(lines).toEqual([['info', 'a peer is up', { peer: 'n2', boot: 3, closed }]])
})

test('nothing is made up where nothing is known', () => {
  const { told, lines } = wired(undefined)
  told.onPeerLost(peer)
  expect(lines).toEqual([['warn', 'a peer is lost', { peer: 'n2', why: '' }]])
})

test('a peer that remembers a newer data folder ends the node; what we refuse does not', () => {
  const { told, heard, fatal } = wired('')
  told.onRefused(peer, 'old-incarnation', 'somebody else', false)
  expect(fatal).toEqual([])
  told.onRefused(peer, 'node-id-taken', 'another runs', true)
  expect(fatal).toEqual([])
  told.onRefused(peer, 'old-incarnation', 'a copy', true)
  expect(fatal).toEqual(['old-incarnation'])
  expect(heard).toHaveLength(3)
})
