/** What is known to be out, beside what was committed. */

import { describe, expect, it, test } from 'vitest'
import { isDrained, Ledger, sinkAhead } from './ledger.ts'
import { Outbox } from './outbox.ts'

function outboxOf(isEnded: boolean): Outbox {
  const outbox = new Outbox()
  const run = { sink: 'a', first: 1, count: 3, bytes: new Uint8Array(3) }
  outbox.apply({ seq: 1, generation: 1, schedule: new Uint8Array(1), digest: 0, runs: [run] })
  outbox.apply({ seq: 2, generation: 1, schedule: new Uint8Array(1), digest: 0, runs: [] })
  if (isEnded) outbox.end(1)
  return outbox
}

describe('a log that has ended', () => {
  test.each([
    [false, 2, 3, false],
    [true, 1, 3, false],
    [true, 2, 2, false],
    [true, 2, 3, true],
  ])('is drained: ended %s, journaled %i, published %i: %s', (isEnded, seq, upTo, wanted) => {
    const ledger = new Ledger()
    ledger.journal(seq, 0)
    ledger.publish('a', upTo)
    expect(isDrained(outboxOf(isEnded), ledger)).toBe(wanted)
  })
})

test('a marker of before the beginning of a group is not where its own is looked for', () => {
  const ledger = new Ledger()
  const beginning = { journaled: 6, offset: 0, published: [{ sink: 'a', upTo: 4, offset: 0 }] }
  ledger.learn(beginning)
  ledger.journal(3, 17)
  ledger.publish('a', 2, 17)
  expect(ledger.progress).toEqual(beginning)
  ledger.journal(6, 20)
  ledger.publish('a', 5, 21)
  const published = [{ sink: 'a', upTo: 5, offset: 21 }]
  expect(ledger.progress).toEqual({ journaled: 6, offset: 20, published })
})

describe('a sink', () => {
  it('is ahead where more is out than was ever committed', () => {
    const { sinks } = outboxOf(false).standing
    expect(sinkAhead([{ sink: 'a', upTo: 3 }], sinks)).toBeUndefined()
    expect(sinkAhead([{ sink: 'a', upTo: 4 }], sinks)).toBe('a')
    expect(sinkAhead([{ sink: 'b', upTo: 1 }], sinks)).toBe('b')
    expect(sinkAhead([], sinks)).toBeUndefined()
  })
})
