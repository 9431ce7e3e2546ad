/**
 * Ten thousand bad frames at the door of a node: each connection ends in a refusal with a code and
 * a sentence, or says nothing but good packets. The node goes on as if nothing had been.
 */

import { expect, it } from 'vitest'
import { BadFrames } from '../testing/bad-frames.ts'
import { type Fleet, nameOf, pair } from '../testing/fleet.ts'
import { sealed } from '../testing/seal.ts'
import { readPacket } from '../wire/packet.ts'
import { readGreeting } from './hello.ts'
import { helloCodes } from './judgement.ts'

const CALLS = 3400
const limits = { frameBytesMax: 4000, queuedBytesMax: 4000 }
const codes = new Set([...helloCodes, 'malformed-bytes', 'frame-oversize'])

function caller(fleet: Fleet, heard: string[]) {
  const door = fleet.wire.door(9, 'host9:1')
  return (frames: readonly Uint8Array[]) => {
    const connection = door.connect(fleet.addressOf(1), {
      onOpen: () => {},
      onFrame: frame => {
        const greeting = readGreeting(frame, { min: 1, max: 1 })
        heard.push(greeting.kind === 'refusal' ? greeting.refusal.code : greeting.kind)
        if (greeting.kind === 'refusal') expect(greeting.refusal.message).toMatch(/.{10,}; .{15,}/)
      },
      onClosed: () => {},
    })
    for (const frame of frames) connection.send(frame)
    return connection
  }
}

it('ten thousand bad frames are refused with a code, and do no harm', () => {
  const { fleet, one, two } = pair({ limits })
  fleet.memoryOf(1).peers.set(nameOf(9), { store: 's9', boot: 5, opening: 'o', replaced: [] })
  one.links.setPeer(nameOf(9), 'nowhere')
  let messages = 0
  one.onFrame = (_, frame) => readPacket(frame, () => messages++)
  const heard: string[] = []
  const call = caller(fleet, heard)
  const hello = { ...fleet.self(9, { boot: 5 }), lane: 'turn' as const, to: nameOf(1) }
  const bad = new BadFrames(1, hello, limits.frameBytesMax + 1, nameOf(2))
  let frames = 0
  for (let i = 0; i < CALLS; i++) {
    const said = bad.call()
    frames += said.length
    const connection = call(said)
    fleet.pass(20)
    connection.close()
  }
  fleet.pass(3000)
  expect(frames).toBeGreaterThan(10_000)
  expect(messages).toBeGreaterThan(500)

  const { refused, refusedByPeers, accepted } = one.links.counters()
  expect(new Set(Object.keys(refused))).toEqual(new Set([...codes].filter(isDrawn)))
  for (const [code, count] of Object.entries(refused)) {
    expect(heard.filter(line => line === code)).toHaveLength(count)
  }
  // Nobody who was not let in has refused anything.
  expect(refusedByPeers).toEqual({})
  expect(accepted).toBe(2)

  two.links.send(nameOf(1), 'turn', sealed(Uint8Array.of(1, 0, 0, 0)))
  fleet.pass(100)
  expect(one.told).toContain('n2: 1')
  expect(one.links.status()).toMatchObject([{ node: 'n2', state: 'up' }, {}])
})

/** Without TLS nobody is held against a certificate. */
function isDrawn(code: string): boolean {
  return code !== 'not-allowed'
}
