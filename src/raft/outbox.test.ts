/** What waits for a write leaves with that write, in order, and never before. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Message } from './messages.ts'
import { Outbox } from './outbox.ts'
import { letters } from './testing/letters.ts'

const TERM = 3
const holdsIn = (term: number) => (message: Message) => message.term === term
const letter = (round: number, term = TERM): Message => ({
  ...letters({ from: 1, to: 2, term })['heartbeat-reply'],
  round,
})

function outbox(): Outbox {
  return new Outbox({ term: TERM, vote: 0, commit: 0 })
}

describe('a message that promises something', () => {
  it('leaves when its write is durable', () => {
    const out = outbox()
    expect(out.nextNumber).toBe(1)
    out.sendAfter(1, letter(1))
    expect(out.hasNews).toBe(false)
    expect(out.takeNumber()).toBe(1)
    out.persisted(1, holdsIn(TERM))
    expect(out.messages).toEqual([letter(1)])
  })

  it('leaves at once if that write is durable already', () => {
    const out = outbox()
    out.takeNumber()
    out.persisted(1, holdsIn(TERM))
    out.sendAfter(1, letter(1))
    out.sendAfter(0, letter(2))
    expect(out.messages).toEqual([letter(1), letter(2)])
  })

  it('is dropped if the term has moved on: what it promised may be cut off by now', () => {
    const out = outbox()
    out.sendAfter(out.takeNumber(), letter(1, TERM))
    out.persisted(1, holdsIn(TERM + 1))
    expect(out.messages).toEqual([])
  })

  it('leaves in the order in which it was said, whatever the sizes of the writes', () => {
    const numbers = fc.array(fc.record({ more: fc.boolean(), done: fc.nat({ max: 3 }) }), {
      maxLength: 40,
    })
    fc.assert(
      fc.property(numbers, steps => {
        const out = outbox()
        const left: Message[] = []
        let said = 0
        let durable = 0
        const due: number[] = []
        for (const { more, done } of steps) {
          if (more) out.takeNumber()
          out.sendAfter(out.number, letter(said++))
          due.push(out.number)
          durable = Math.min(out.number, durable + done)
          out.persisted(durable, holdsIn(TERM))
          left.push(...out.messages)
          out.clearNews()
          const expected = due.filter(number => number <= durable).length
          expect(left).toEqual(Array.from({ length: expected }, (_, i) => letter(i)))
        }
      }),
    )
  })
})

describe('the numbers of writes', () => {
  it('are reported in order and only when handed out', () => {
    const out = outbox()
    expect(() => out.persisted(1, holdsIn(TERM))).toThrow(
      'WRITE persisted only what was handed out',
    )
    out.takeNumber()
    out.takeNumber()
    out.persisted(2, holdsIn(TERM))
    expect(() => out.persisted(1, holdsIn(TERM))).toThrow('WRITE persisted in order')
  })
})

describe('news', () => {
  const read = { replica: letter(1).from, boot: 1, serial: 1 }
  it.each<[string, (out: Outbox) => void]>([
    ['a message', out => out.send(letter(1))],
    ['a read', out => out.reads.push(read)],
    ['a lost read', out => out.readsLost.push(read)],
    ['a fingerprint', out => out.chains.push({ index: 1, chain: 1 })],
    [
      'a chunk to read',
      out => {
        const { image } = letters({ from: 1, to: 2, term: 1 }).snapshot
        out.chunkReads.push({ to: read.replica, image, offset: 0, sizeBytesMax: 1 })
      },
    ],
  ])('are there with %s, and gone when taken', (_, add) => {
    const out = outbox()
    expect(out.hasNews).toBe(false)
    add(out)
    expect(out.hasNews).toBe(true)
    out.clearNews()
    expect(out.hasNews).toBe(false)
  })
})
