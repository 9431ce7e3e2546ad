/**
 * Bad frames over real sockets at a node with real links: whatever comes, it is refused with a code
 * and a sentence, and the node goes on. (Thousands more run against the same code in
 * src/raft/links and src/raft/wire.)
 */

import { connect, type Socket } from 'node:net'
import { Client, credentials } from '@grpc/grpc-js'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { nodeId } from '../../base/ids.ts'
import { Prng } from '../../base/prng.ts'
import { encodeHello, type Hello, PROTOCOL, readGreeting } from '../../raft/links/hello.ts'
import { BadFrames } from '../../raft/testing/bad-frames.ts'
import { sealed } from '../../raft/testing/seal.ts'
import { until } from '../testing/until.ts'
import { framesMethod, PEERS } from './service.ts'
import { TestNode } from './testing/node.ts'
import { addressOf, mustOpen } from './testing/rig.ts'
import type { GrpcTransport } from './transport.ts'

const frameBytesMax = 4000
const limits = { frameBytesMax, queuedBytesMax: 4000, stuckMs: 60_000 }

const hello: Hello = {
  protocol: PROTOCOL,
  cluster: 'c',
  node: nodeId('stranger'),
  store: 's9',
  boot: 5,
  opening: 'o',
  lane: 'turn',
  to: nodeId('a'),
}

let transport: GrpcTransport
let outside: GrpcTransport
let node: TestNode

beforeEach(async () => {
  transport = await mustOpen({ frameBytesMax })
  outside = await mustOpen({ frameBytesMax })
  node = new TestNode('a', transport, { limits })
})

afterEach(() => {
  node.links.stop()
  transport.destroy()
  outside.destroy()
})

/** A peer comes, is let in, and is heard. */
async function expectAlive(): Promise<void> {
  const peer = new TestNode('b', outside, { limits })
  peer.links.setPeer(nodeId('a'), addressOf(transport))
  await until(() => peer.told.length > 0)
  expect(node.links.counters().accepted).toBeGreaterThan(0)
  const beat = sealed(Uint8Array.of(1, 1, 1, 1, 1, 1, 1, 1, 0, 0))
  expect(peer.links.send(nodeId('a'), 'turn', beat)).toBe(true)
  const heard = node.messages
  await until(() => node.messages === heard + 1)
  peer.links.stop()
}

test('hundreds of bad frames are refused or read, and do no harm', async () => {
  const bad = new BadFrames(2, hello, frameBytesMax + 1)
  const refusals: string[] = []
  let frames = 0
  for (let i = 0; i < 120; i++) {
    const said = bad.call()
    frames += said.length
    let isAnswered = false
    const connection = outside.connect(addressOf(transport), {
      onOpen: () => {},
      onFrame: frame => {
        isAnswered = true
        const greeting = readGreeting(frame, PROTOCOL)
        if (greeting.kind !== 'refusal') return
        expect(greeting.refusal.message).toMatch(/.{10,}; .{15,}/)
        refusals.push(greeting.refusal.code)
      },
      onClosed: () => {
        isAnswered = true
      },
    })
    for (const frame of said) connection.send(frame)
    await until(() => isAnswered)
    connection.close()
  }
  await until(() => node.links.counters().accepted === 0)
  expect(frames).toBeGreaterThan(350)
  expect(refusals.length).toBeGreaterThan(50)
  expect(node.refusals.length).toBeGreaterThanOrEqual(refusals.length)
  for (const code of ['malformed-bytes', 'wrong-cluster', 'wrong-node', 'protocol-unknown']) {
    expect(node.links.counters().refused[code]).toBeGreaterThan(0)
  }
  await expectAlive()
})

function socketTo(port: number): Promise<Socket> {
  return new Promise((done, fail) => {
    const socket = connect(port, '127.0.0.1', () => done(socket))
    socket.on('error', fail)
  })
}

test('what is no gRPC at all is hung up on, and does no harm', async () => {
  const random = new Prng(3)
  const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')
  for (let i = 0; i < 60; i++) {
    const socket = await socketTo(transport.port)
    const noise = Buffer.from(Array.from({ length: random.below(300) }, () => random.below(256)))
    socket.removeAllListeners('error')
    socket.on('error', () => {})
    socket.end(i % 2 === 0 ? noise : Buffer.concat([preface, noise]))
    await new Promise(closed => socket.on('close', closed).resume())
  }
  await expectAlive()
})

test('messages that are no Frame, or far too large, end their stream, and do no harm', async () => {
  const { path } = framesMethod(PEERS)
  const random = new Prng(4)
  const raw = (bytes: Buffer) => bytes
  for (let i = 0; i < 60; i++) {
    const client = new Client(addressOf(transport), credentials.createInsecure())
    const stream = client.makeBidiStreamRequest<Buffer, Buffer>(path, raw, raw)
    let code = 0
    stream.on('status', status => {
      code = status.code
    })
    stream.on('error', () => {})
    stream.on('data', () => {})
    const size = i % 3 === 0 ? 200_000 : random.between(1, 50)
    stream.write(Buffer.alloc(size, 18 + random.below(200)))
    await new Promise(ended => stream.on('end', ended))
    expect([8, 13]).toContain(code)
    client.close()
  }
  await until(() => node.links.counters().accepted === 0)
  await expectAlive()
})

test('a good hello over a real socket is let in, and a hello twice is not', async () => {
  const heard: string[] = []
  const connection = outside.connect(addressOf(transport), {
    onOpen: () => {},
    onFrame: frame => void heard.push(readGreeting(frame, PROTOCOL).kind),
    onClosed: () => void heard.push('closed'),
  })
  connection.send(encodeHello(hello))
  await until(() => heard.length === 1)
  connection.send(encodeHello(hello))
  await until(() => heard.length === 3)
  expect(heard).toEqual(['hello', 'refusal', 'closed'])
  expect(node.refusals).toEqual(['malformed-bytes'])
})
