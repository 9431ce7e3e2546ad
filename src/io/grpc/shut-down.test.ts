/** A server ends, whoever is still connected. */

import { createConnection, type Socket } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { Authority } from './testing/certificates.ts'
import { opener } from './testing/rig.ts'
import type { GrpcTransport } from './transport.ts'

const open = opener()
const left: Socket[] = []

afterEach(() => {
  for (const one of left.splice(0)) one.destroy()
})

/** Connected, and says nothing, as a port scanner or a process that was stopped. */
async function silentTo({ port }: GrpcTransport): Promise<Socket> {
  const socket = createConnection(port, '127.0.0.1')
  left.push(socket)
  await new Promise<void>((resolve, reject) =>
    socket.once('connect', resolve).once('error', reject),
  )
  return socket
}

const closed = (transport: GrpcTransport) => new Promise<void>(done => transport.close(done))

test.each([
  { how: 'in the clear', tls: {} },
  { how: 'with TLS', tls: { tls: new Authority('an authority').issue('a', ['a']) } },
])('a caller that says nothing holds nobody up, $how', async ({ tls }) => {
  const transport = await open(tls)
  await silentTo(transport)
  await closed(transport)
  await expect(silentTo(transport)).rejects.toThrow()
})

test('a peer that was stopped in the middle holds nobody up', async () => {
  const transport = await open()
  const peer = await silentTo(transport)
  // What an HTTP/2 client begins with: its preface and no settings.
  peer.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0', 'latin1')
  await new Promise<void>(resolve => peer.once('readable', resolve))
  await closed(transport)
  await expect(silentTo(transport)).rejects.toThrow()
})
