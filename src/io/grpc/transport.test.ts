/** The real transport: the contract of its door, over sockets of this machine, and its refusals. */

import { createServer } from 'node:net'
import { describe, expect, test } from 'vitest'
import { transportContract } from '../../../chaos/sim/contract/transport.ts'
import type { Connection, ConnectionListener } from '../../base/env.ts'
import { until } from '../testing/until.ts'
import { misread } from './listening.ts'
import { Authority } from './testing/certificates.ts'
import { addressOf, contractRig, FRAME_BYTES_MAX, opened, opener } from './testing/rig.ts'
import type { GrpcOptions, GrpcTransport } from './transport.ts'

const authority = new Authority('an authority')
const tlsOf = (name: string, names?: readonly string[]) => ({ tls: authority.issue(name, names) })

const both = [tlsOf('a', ['a']), tlsOf('b', ['b'])]
const peers = (transport: GrpcTransport) => transport
const exchange = (transport: GrpcTransport) => transport.exchange
transportContract('gRPC in the clear', () => contractRig(peers, {}))
transportContract('gRPC with TLS', () => contractRig(peers, ...both))
transportContract('gRPC for exchanges in the clear', () => contractRig(exchange, {}))
transportContract('gRPC for exchanges with TLS', () => contractRig(exchange, ...both))

const open = opener()

function noting(told: string[]): ConnectionListener {
  return {
    onOpen: () => void told.push('open'),
    onFrame: frame => void told.push(`frame ${frame.length}`),
    onClosed: (why, code) => void told.push(code === undefined ? why : `${code}: ${why}`),
  }
}

/** One calls the other; what both are told, and how they know each other. */
async function meeting(caller: GrpcTransport, answerer: GrpcTransport) {
  const [told, heard]: [string[], string[]] = [[], []]
  let answering: Connection | undefined
  answerer.accept(connection => {
    answering = connection
    return noting(heard)
  })
  const calling = caller.connect(addressOf(answerer), noting(told))
  await until(() => told.length > 0)
  return { calling, told, heard, answering: () => answering }
}

test('whoever calls for an exchange is not taken for a peer, on the same port', async () => {
  const [caller, answerer] = [await open(), await open()]
  const heard = { peers: [] as string[], exchange: [] as string[] }
  answerer.accept(() => noting(heard.peers))
  answerer.exchange.accept(() => noting(heard.exchange))
  caller.exchange.connect(addressOf(answerer), noting([])).send(new Uint8Array(3))
  caller.connect(addressOf(answerer), noting([])).send(new Uint8Array(2))
  await until(() => heard.peers.length > 0 && heard.exchange.length > 0)
  expect(heard).toEqual({ peers: ['frame 2'], exchange: ['frame 3'] })
})

describe('listening is refused', () => {
  test('when the port is in use', async () => {
    const first = await open()
    const answer = await opened({ listen: addressOf(first) })
    expect(answer).toMatchObject({ refused: { code: 'port-in-use' } })
    expect('refused' in answer && answer.refused.message).toContain('give this node another port')
  })

  test.each(['203.0.113.7:0', 'no.such.host.invalid:0'])(
    'when this machine is not %s',
    async listen => {
      expect(await opened({ listen })).toMatchObject({ refused: { code: 'address-unknown' } })
    },
  )

  test.each(['', '127.0.0.1', ':7170', '[::1', '::1:7170', 'a b:1', 'host:port', 'host:65536'])(
    'when %o is no HOST:PORT',
    async listen => {
      expect(await opened({ listen })).toMatchObject({ refused: { code: 'address-malformed' } })
    },
  )

  test('not for a name, nor for an address of version 6', async () => {
    expect((await open({ listen: 'localhost:0' })).port).toBeGreaterThan(0)
    expect(misread('[::1]:7170')).toBeUndefined()
  })

  test('when the TLS files are none', async () => {
    const tls = { ...authority.issue('a'), cert: Buffer.from('no certificate') }
    const answer = await opened({ tls })
    expect(answer).toMatchObject({ refused: { code: 'tls-unusable' } })
  })

  test('when the key belongs to another certificate', async () => {
    const tls = { ...authority.issue('a'), key: authority.issue('b').key }
    expect(await opened({ tls })).toMatchObject({ refused: { code: 'tls-unusable' } })
  })
})

describe('with TLS', () => {
  test('both sides know the names of the other', async () => {
    const { calling, answering } = await meeting(
      await open(tlsOf('x', ['a', 'also-a'])),
      await open(tlsOf('b')),
    )
    expect(calling.peerNames).toEqual(['b'])
    expect(answering()?.peerNames).toEqual(['a', 'also-a'])
  })

  test('in the clear nobody knows any', async () => {
    const { calling, answering } = await meeting(await open(), await open())
    expect(calling.peerNames).toBeUndefined()
    expect(answering()?.peerNames).toBeUndefined()
  })

  test.each([
    ['a caller without a certificate is not let in', {}, tlsOf('b')],
    ['a caller of another authority is not let in', other('a'), tlsOf('b')],
    ['an answerer of another authority is not believed', tlsOf('a'), other('b')],
    ['an answerer without a certificate is not believed', tlsOf('a'), {}],
  ])('%s', async (_, caller, answerer) => {
    const { told, answering } = await meeting(await open(caller), await open(answerer))
    expect(told).toHaveLength(1)
    expect(told).not.toContain('open')
    expect(answering()).toBeUndefined()
  })
})

function other(name: string): Partial<GrpcOptions> {
  return { tls: new Authority('another authority').issue(name, [name]) }
}

describe('frames', () => {
  test('a little above the bound still come through, to be refused with a code', async () => {
    const { calling, heard } = await meeting(await open(), await open())
    calling.send(new Uint8Array(FRAME_BYTES_MAX + 1))
    await until(() => heard.length > 0)
    expect(heard).toEqual([`frame ${FRAME_BYTES_MAX + 1}`])
  })

  test('far above the bound end the connection, with a sentence that says why', async () => {
    const { calling, told, heard } = await meeting(await open(), await open())
    calling.send(new Uint8Array(2 * FRAME_BYTES_MAX))
    await until(() => told.length > 1 && heard.length > 0)
    for (const said of [told[1], heard[0]]) {
      expect(said).toMatch(/^frame-oversize: a frame is above .*; set the same bound on all nodes$/)
    }
    expect([told.length, heard.length]).toEqual([2, 1])
  })

  test('that nobody takes are counted as queued', async () => {
    const answerer = createServer(() => {}).listen(0, '127.0.0.1')
    await until(() => answerer.listening)
    const address = answerer.address()
    if (address === null || typeof address === 'string') throw new Error('no port')
    const calling = (await open()).connect(`127.0.0.1:${address.port}`, noting([]))
    for (let i = 0; i < 10; i++) calling.send(new Uint8Array(1000))
    expect(calling.queuedBytes).toBe(10_000)
    answerer.close()
  })
})

describe('closing', () => {
  test('in peace lets what was sent arrive, tells the others, and frees the port', async () => {
    const [caller, answerer] = [await open(), await open()]
    const { calling, told, heard } = await meeting(caller, answerer)
    calling.send(new Uint8Array(500_000))
    await new Promise<void>(done => caller.close(done))
    await until(() => heard.length === 2)
    expect(heard).toEqual(['frame 500000', 'the other side closed the connection'])
    expect(told).toEqual(['open'])
    await open({ listen: addressOf(caller) })
  })

  test('before anybody accepts, a caller is turned away and may dial again', async () => {
    const [caller, answerer] = [await open(), await open()]
    const told: string[] = []
    caller.connect(addressOf(answerer), noting(told))
    await until(() => told.includes('the other side closed the connection'))
    expect((await meeting(caller, answerer)).told).toEqual(['open'])
  })

  test('of the caller while its call hangs leaves nothing behind', async () => {
    const answerer = createServer(() => {}).listen(0, '127.0.0.1')
    await until(() => answerer.listening)
    const address = answerer.address()
    if (address === null || typeof address === 'string') throw new Error('no port')
    const caller = await open()
    const told: string[] = []
    const calling = caller.connect(`127.0.0.1:${address.port}`, noting(told))
    calling.close()
    await new Promise<void>(done => caller.close(done))
    const left = () =>
      new Promise<number>(done => answerer.getConnections((_, count) => done(count)))
    while ((await left()) > 0);
    expect(told).toEqual([])
    answerer.close()
  })
})
