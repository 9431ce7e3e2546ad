/** The window against a list of what was sent. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Inflight } from './inflight.ts'

interface Sent {
  readonly lastIndex: number
  readonly entries: number
  readonly bytes: number
}

type Act = { readonly send: number; readonly bytes: number } | { readonly ack: number } | 'clear'
const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ send: fc.integer({ min: 1, max: 5 }), bytes: fc.nat(40) }) },
  { weight: 4, arbitrary: fc.record({ ack: fc.nat(12) }) },
  { weight: 1, arbitrary: fc.constant('clear' as const) },
)

const sum = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0)

describe('a window', () => {
  it('holds what was sent and not acknowledged, and knows its room', () => {
    const [entriesMax, bytesMax] = [12, 100]
    fc.assert(
      fc.property(fc.array(act, { maxLength: 50 }), acts => {
        const window = new Inflight(entriesMax, bytesMax)
        let sent: Sent[] = []
        let last = 0
        for (const one of acts) {
          if (one === 'clear') {
            window.clear()
            sent = []
          } else if ('send' in one) {
            last += one.send
            sent.push({ lastIndex: last, entries: one.send, bytes: one.bytes })
            window.add(last, one.send, one.bytes)
          } else {
            const index = Math.max(0, last - one.ack)
            window.free(index)
            sent = sent.filter(({ lastIndex }) => lastIndex > index)
          }
          const entries = sum(sent.map(s => s.entries))
          const bytes = sum(sent.map(s => s.bytes))
          expect(window.entries).toBe(entries)
          expect(window.bytes).toBe(bytes)
          expect(window.isEmpty).toBe(sent.length === 0)
          expect(window.isFull).toBe(entries >= entriesMax || bytes >= bytesMax)
          expect(window.room).toBe(Math.max(0, entriesMax - entries))
          expect(window.roomBytes).toBe(Math.max(0, bytesMax - bytes))
        }
      }),
    )
  })

  it('is full by entries or by bytes, whichever comes first', () => {
    const window = new Inflight(2, 100)
    window.add(1, 1, 99)
    expect(window.isFull).toBe(false)
    window.add(2, 1, 0)
    expect(window).toMatchObject({ isFull: true, room: 0, roomBytes: 1 })
    window.free(1)
    window.add(3, 1, 200)
    expect(window).toMatchObject({ isFull: true, roomBytes: 0 })
    window.free(3)
    expect(window).toMatchObject({ isEmpty: true, bytes: 0, room: 2 })
  })

  it('is not opened by an acknowledgement inside a message', () => {
    const window = new Inflight(10, 100)
    window.add(5, 5, 50)
    window.free(4)
    expect(window.entries).toBe(5)
    window.free(9)
    expect(window.entries).toBe(0)
  })
})
