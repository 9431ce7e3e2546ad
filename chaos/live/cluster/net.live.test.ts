/** The troubles of the network against a real Toxiproxy: each does what it is called. */

import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { Net, type Way } from './net.ts'

const folder = mkdtempSync(join(tmpdir(), 'weir-net-'))
const there: Way = { from: 'a', to: 'b' }
const other: Way = { from: 'c', to: 'b' }
const ways = [there, other]
let net: Net
let server: Server
let ports: number[]
const open: Socket[] = []

beforeAll(async () => {
  net = await Net.start(folder, () => {})
  // Says back what it hears, in capitals.
  server = createServer(socket => {
    open.push(socket)
    socket.on('error', () => {})
    socket.on('data', data => socket.write(String(data).toUpperCase()))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const upstream = `127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
  const addresses = await Promise.all(ways.map(way => net.open(way, upstream)))
  ports = addresses.map(one => Number(one.split(':')[1]))
})
afterEach(async () => {
  for (const socket of open.splice(0)) socket.destroy()
  await net.heal()
})
afterAll(async () => {
  await net.stop()
  server.close()
  rmSync(folder, { recursive: true, force: true })
})

class Caller {
  readonly socket: Socket
  heard = ''
  isClosed = false

  constructor(at: number) {
    this.socket = connect(ports[at] ?? 0, '127.0.0.1')
    this.socket.on('data', data => {
      this.heard += data
    })
    this.socket.on('error', () => {})
    this.socket.on('close', () => {
      this.isClosed = true
    })
    open.push(this.socket)
  }

  say(text: string): void {
    this.socket.write(text)
  }

  async hears(text: string): Promise<void> {
    await expect.poll(() => this.heard).toBe(text)
  }
}

async function talking(at: number): Promise<Caller> {
  const caller = new Caller(at)
  caller.say('hello')
  await caller.hears('HELLO')
  return caller
}

beforeEach(async () => {
  await expect.poll(() => net.connections(ways)).toBe(0)
})

test('a way lets everything through, and its connections are counted', async () => {
  await talking(0)
  await talking(0)
  await talking(1)
  expect(net.connections([there])).toBe(2)
  expect(net.connections(ways)).toBe(3)
  expect(() => net.connections([{ from: 'b', to: 'a' }])).toThrow('nobody goes from b to a')
})

test('refuse: connections break, new ones are refused, others stand', async () => {
  const caller = await talking(0)
  const neighbour = await talking(1)
  await net.trouble([there], { kind: 'refuse' })
  await expect.poll(() => caller.isClosed).toBe(true)
  const late = new Caller(0)
  await expect.poll(() => late.isClosed).toBe(true)
  neighbour.say('more')
  await neighbour.hears('HELLOMORE')
  await net.heal()
  await talking(0)
  neighbour.say('!')
  await neighbour.hears('HELLOMORE!')
})

test('silence one way: what the other says still arrives', async () => {
  const caller = await talking(0)
  const far = open.find(socket => socket.localPort === undefined || socket !== caller.socket)
  await net.trouble([there], { kind: 'silence', isBothWays: false })
  caller.say('lost')
  far?.write('still here')
  await caller.hears('HELLOstill here')
  expect(caller.isClosed).toBe(false)
  await net.heal()
  await talking(0)
  expect(caller.heard).toBe('HELLOstill here')
})

test('silence both ways: nothing arrives, and the connection stands', async () => {
  const caller = await talking(0)
  const neighbour = await talking(1)
  await net.trouble([there], { kind: 'silence', isBothWays: true })
  caller.say('lost')
  for (const socket of open)
    if (socket !== caller.socket && socket !== neighbour.socket) {
      socket.write('!')
    }
  await neighbour.hears('HELLO!')
  expect(caller.heard).toBe('HELLO')
  expect(caller.isClosed).toBe(false)
})

test('delay and bandwidth: everything arrives, later', async () => {
  const slow = await talking(0)
  const fast = await talking(1)
  await net.trouble([there], { kind: 'delay', ms: 400, jitterMs: 0 })
  slow.say('a')
  fast.say('a')
  await fast.hears('HELLOA')
  expect(slow.heard).toBe('HELLO')
  await slow.hears('HELLOA')
  await net.heal()
  await net.trouble([there], { kind: 'bandwidth', kilobytesPerSecond: 100 })
  const many = 'b'.repeat(60_000)
  slow.say(many)
  fast.say(many)
  await fast.hears(`HELLOA${many.toUpperCase()}`)
  expect(slow.heard.length).toBeLessThan(fast.heard.length)
  await slow.hears(`HELLOA${many.toUpperCase()}`)
})
