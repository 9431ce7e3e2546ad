/** Streams over real sockets: refusals by the system, what is under way at an end, many at once. */

import { describe, expect, test } from 'vitest'
import type { Connection, ConnectionListener } from '../../base/env.ts'
import { until } from '../testing/until.ts'
import { misread, refusedBy } from './listening.ts'
import { Authority } from './testing/certificates.ts'
import { addressOf, FRAME_BYTES_MAX, opened, opener } from './testing/rig.ts'
import { credentialsOf } from './tls.ts'
import type { GrpcTransport } from './transport.ts'

const authority = new Authority('an authority')
const open = opener()

/** One side of a connection, and all that it was told. */
class Diary implements ConnectionListener {
  readonly told: string[] = []
  readonly frames: Uint8Array[] = []

  onOpen(): void {
    this.told.push('open')
  }

  onFrame(frame: Uint8Array): void {
    this.told.push('frame')
    this.frames.push(frame)
  }

  onClosed(why: string): void {
    this.told.push(`closed: ${why}`)
  }

  get ends(): number {
    return this.told.filter(line => line.startsWith('closed')).length
  }
}

/** Answers every call with a diary; the calls in order of coming. */
function answering(transport: GrpcTransport) {
  const calls: { readonly connection: Connection; readonly diary: Diary }[] = []
  transport.accept(connection => {
    const diary = new Diary()
    calls.push({ connection, diary })
    return diary
  })
  return calls
}

/** Numbered in its first two bytes. */
function numbered(n: number, size: number): Uint8Array {
  const frame = new Uint8Array(size)
  frame[0] = n & 255
  frame[1] = n >> 8
  return frame
}
const numbersOf = (diary: Diary) =>
  diary.frames.map(frame => (frame[0] ?? 0) + 256 * (frame[1] ?? 0))
const upTo = (count: number) => Array.from({ length: count }, (_, n) => n)

describe('what the system says has a code', () => {
  test.each([
    ['listen EADDRINUSE: address already in use 127.0.0.1:80', 'port-in-use'],
    ['listen EACCES: permission denied 127.0.0.1:80', 'port-not-allowed'],
    ['listen EPERM: operation not permitted', 'port-not-allowed'],
    ['listen EADDRNOTAVAIL: address not available', 'address-unknown'],
    ['getaddrinfo ENOTFOUND nowhere', 'address-unknown'],
    ['getaddrinfo EAI_AGAIN nowhere', 'address-unknown'],
    ['Name resolution failed for target dns:nowhere', 'address-unknown'],
    ['Could not parse target name', 'address-unknown'],
    ['listen EMFILE: too many open files', 'cannot-listen'],
  ])('%s: %s', (said, code) => {
    const refused = refusedBy('host:1', new Error(said))
    expect(refused.code).toBe(code)
    expect(refused.message).toMatch(/^host:1 cannot be listened on: .{15,}/)
    expect(refused.message).toContain(said)
  })

  test.each([
    ['127.0.0.1:0', true],
    ['127.0.0.1:65535', true],
    ['127.0.0.1:65536', false],
    ['127.0.0.1:007170', false],
    ['127.0.0.1:-1', false],
    ['127.0.0.1:1e3', false],
    ['some-host.example:1', true],
    ['[fe80::1%eth0]:1', true],
    ['[::]:0', true],
    ['fe80::1', false],
    ['[]:1', false],
    ['http://host:1', false],
    ['host:1/', false],
    [' host:1', false],
    ['host:1\n', false],
    ['unix:/run/weir', false],
  ])('%o is a place to listen: %s', (listen, isPlace) => {
    expect(misread(listen) === undefined).toBe(isPlace)
    if (!isPlace) expect(misread(listen)?.message).toContain('say HOST:PORT')
  })
})

describe('TLS files that cannot be used', () => {
  const good = authority.issue('a')
  const none = Buffer.from('')
  const noise = Buffer.from('-----BEGIN CERTIFICATE-----\nbm9pc2U=\n-----END CERTIFICATE-----\n')
  const half = good.key.subarray(0, good.key.length / 2)
  test.each([
    ['an empty certificate', { cert: none }],
    ['an empty key', { key: none }],
    ['a certificate of noise', { cert: noise }],
    ['half a key', { key: half }],
    ['a key in place of a certificate', { cert: good.key }],
    ['a certificate in place of a key', { key: good.cert }],
    ['the key of another', { key: authority.issue('b').key }],
  ])('%s', async (_, over) => {
    const answer = await opened({ tls: { ...good, ...over } })
    if (!('refused' in answer)) answer.transport.destroy()
    expect(answer).toMatchObject({ refused: { code: 'tls-unusable' } })
    const message = 'refused' in answer ? answer.refused.message : ''
    expect(message).toContain('all three are PEM, and the key belongs to the certificate')
    expect(message).not.toContain('BEGIN')
  })

  test('are told from good ones', () => {
    expect(credentialsOf(good)).toHaveProperty('server')
    expect(credentialsOf(undefined)).toHaveProperty('channel')
  })
})

describe('an end with frames under way', () => {
  test('in peace: all of them arrive, both ways', async () => {
    const [caller, answerer] = [await open(), await open()]
    const calls = answering(answerer)
    const diary = new Diary()
    const connection = caller.connect(addressOf(answerer), diary)
    await until(() => calls.length === 1 && diary.told.length === 1)
    for (const n of upTo(40)) connection.send(numbered(n, 50_000))
    connection.close()
    await until(() => calls[0]?.diary.ends === 1)
    expect(calls[0] && numbersOf(calls[0].diary)).toEqual(upTo(40))
    expect(diary.told).toEqual(['open'])
  })

  test.each(['caller', 'answerer'] as const)(
    'hard, by the %s: what arrived is the beginning, the end comes once and last',
    async who => {
      const [caller, answerer] = [await open(), await open()]
      const calls = answering(answerer)
      const diary = new Diary()
      const connection = caller.connect(addressOf(answerer), diary)
      await until(() => calls.length === 1 && diary.told.length === 1)
      const [sender, hearer] =
        who === 'caller'
          ? [connection, calls[0]?.diary ?? diary]
          : [calls[0]?.connection ?? connection, diary]
      for (const n of upTo(60)) sender.send(numbered(n, 500_000))
      await until(() => hearer.frames.length > 2)
      ;(who === 'caller' ? caller : answerer).destroy()
      await until(() => hearer.ends > 0)
      const heard = numbersOf(hearer)
      expect(heard).toEqual(upTo(heard.length))
      expect(hearer.ends).toBe(1)
      expect(hearer.told.at(-1)).toMatch(/^closed: ./)
      const other = who === 'caller' ? diary : calls[0]?.diary
      expect(other?.ends).toBe(0)
      sender.send(numbered(0, 10))
      expect(hearer.ends).toBe(1)
    },
  )

  test('leaves nothing counted as queued, on either side', async () => {
    const [caller, answerer] = [await open(), await open()]
    const calls = answering(answerer)
    const diary = new Diary()
    const connection = caller.connect(addressOf(answerer), diary)
    await until(() => calls.length === 1 && diary.told.length === 1)
    for (const n of upTo(20)) connection.send(numbered(n, FRAME_BYTES_MAX))
    expect(connection.queuedBytes).toBeGreaterThan(0)
    answerer.destroy()
    await until(() => diary.ends === 1)
    expect(connection.queuedBytes).toBe(0)
    connection.send(numbered(0, 100))
    expect(connection.queuedBytes).toBe(0)
  })
})

describe('many connections', () => {
  const COUNT = 60

  test('from one process to another keep their frames apart', async () => {
    const [caller, answerer] = [await open(), await open()]
    const calls = answering(answerer)
    const diaries = upTo(COUNT).map(() => new Diary())
    const connections = diaries.map(diary => caller.connect(addressOf(answerer), diary))
    for (const [n, connection] of connections.entries()) {
      for (const size of [n + 10, 20_000]) connection.send(numbered(n, size))
    }
    await until(() => calls.length === COUNT && calls.every(one => one.diary.frames.length === 2))
    const heard = calls.map(one => numbersOf(one.diary))
    for (const [first, second] of heard) expect(second).toBe(first)
    expect(heard.map(([n]) => n ?? -1).sort((a, b) => a - b)).toEqual(upTo(COUNT))
  })

  test('end one by one, and the others go on', async () => {
    const [caller, answerer] = [await open(), await open()]
    const calls = answering(answerer)
    const diaries = upTo(COUNT).map(() => new Diary())
    const connections = diaries.map(diary => caller.connect(addressOf(answerer), diary))
    await until(() => calls.length === COUNT)
    for (const [n, connection] of connections.entries()) if (n % 2 === 0) connection.close()
    await until(() => calls.filter(one => one.diary.ends === 1).length === COUNT / 2)
    for (const [n, connection] of connections.entries()) connection.send(numbered(n, 10))
    const left = () => calls.filter(one => one.diary.ends === 0)
    await until(() => left().every(one => one.diary.frames.length === 1))
    const odd = left().map(one => numbersOf(one.diary)[0] ?? -1)
    expect(odd.sort((a, b) => a - b)).toEqual(upTo(COUNT).filter(n => n % 2 === 1))
  })

  test('are all told when the other process goes, and find its successor', async () => {
    const [caller, answerer] = [await open(), await open()]
    const calls = answering(answerer)
    const place = addressOf(answerer)
    const diaries = upTo(COUNT).map(() => new Diary())
    for (const diary of diaries) caller.connect(place, diary)
    await until(() => calls.length === COUNT && diaries.every(diary => diary.told.length > 0))
    answerer.destroy()
    await until(() => diaries.every(diary => diary.ends === 1))
    const later = answering(await open({ listen: place }))
    for (const n of upTo(COUNT)) caller.connect(place, new Diary()).send(numbered(n, 10))
    await until(() => later.length === COUNT && later.every(one => one.diary.frames.length === 1))
    expect(new Set(later.flatMap(one => numbersOf(one.diary))).size).toBe(COUNT)
    expect(diaries.every(diary => diary.ends === 1)).toBe(true)
  })
})
