/** Ports of loopback that are free now; whoever takes one soon will mostly find it so. */

import { createServer, type Server } from 'node:net'

/** Below those that systems give to outgoing connections, which would take one in between. */
const LOWEST = 15_000
const HIGHEST = 32_000
const TRIES = 100

const drawn = () => LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST))

function heldAt(port: number): Promise<Server | undefined> {
  return new Promise(resolve => {
    const server = createServer()
    server.on('error', () => resolve(undefined))
    server.listen(port, '127.0.0.1', () => resolve(server))
  })
}

async function held(): Promise<Server> {
  for (let tries = 0; tries < TRIES; tries++) {
    const server = await heldAt(drawn())
    if (server !== undefined) return server
  }
  throw new Error(`no port from ${LOWEST} to ${HIGHEST} is free`)
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
