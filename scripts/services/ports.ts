/** Ports of loopback that are free now; whoever takes one soon will mostly find it so. */

import { createServer, type Server } from 'node:net'

function held(): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.on('error', reject)
    server.listen(0, '127.0.0.1', () => resolve(server))
  })
}

function portOf(server: Server): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('a server without a port')
  return address.port
}

const closed = (server: Server) => new Promise(resolve => server.close(resolve))

/** All are held at once, so that no two are the same. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(Array.from({ length: count }, held))
  const ports = servers.map(portOf)
  await Promise.all(servers.map(closed))
  return ports
}
