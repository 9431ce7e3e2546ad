/** Credit: what both ends count, what is held at most, and that nobody waits for ever. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  CHANNEL_CREDIT_BYTES_MAX,
  CHANNEL_CREDIT_BYTES_MIN,
  CHANNELS_MAX,
  CREDIT_STEPS,
  FRAME_BYTES_MAX,
  FRAME_OVERHEAD_BYTES,
  GROUP_CREDIT_BYTES,
} from './bounds.ts'
import { costOf, Ledger, Purse, shareOf } from './credit.ts'

const always = () => true
const never = () => false

describe('the share of a channel', () => {
  test('is even, between its bounds', () => {
    expect(shareOf(0)).toBe(CHANNEL_CREDIT_BYTES_MAX)
    expect(shareOf(1)).toBe(CHANNEL_CREDIT_BYTES_MAX)
    expect(shareOf(64)).toBe(GROUP_CREDIT_BYTES / 64)
    expect(shareOf(CHANNELS_MAX)).toBe(CHANNEL_CREDIT_BYTES_MIN)
  })

  test('costs a frame its bytes and what is around them', () => {
    expect(costOf(0)).toBe(FRAME_OVERHEAD_BYTES)
    expect(costOf(1000)).toBe(1000 + FRAME_OVERHEAD_BYTES)
  })
})

describe('a ledger', () => {
  const SHARE = shareOf(64)

  function begun(): Ledger {
    const ledger = new Ledger()
    ledger.onChannels(64)
    expect(ledger.restart(1, true)).toEqual({ channel: 1, bytes: SHARE })
    return ledger
  }

  test('lets a sender overdraw by one frame', () => {
    const ledger = begun()
    expect(ledger.charge(1, SHARE - 1)).toBe(true)
    expect(ledger.charge(1, FRAME_BYTES_MAX)).toBe(true)
    expect(ledger.charge(1, 1)).toBe(false)
    expect(ledger.heldBytes).toBe(SHARE - 1 + FRAME_BYTES_MAX)
  })

  test('refuses a channel without a stream', () => {
    expect(begun().charge(2, 1)).toBe(false)
  })

  test('grants again what came back, once it is a step', () => {
    const ledger = begun()
    ledger.charge(1, SHARE)
    expect(ledger.grants(always)).toEqual([])
    const step = SHARE / CREDIT_STEPS
    ledger.giveBack(1, step - 1)
    expect(ledger.grants(always)).toEqual([])
    ledger.giveBack(1, 1)
    expect(ledger.grants(always)).toEqual([{ channel: 1, bytes: SHARE + step }])
    expect(ledger.grants(always)).toEqual([])
  })

  test('keeps back what a channel may not be given, until it may', () => {
    const ledger = begun()
    ledger.charge(1, SHARE)
    ledger.giveBack(1, SHARE)
    expect(ledger.grants(never)).toEqual([])
    expect(ledger.charge(1, 1)).toBe(false)
    expect(ledger.grants(always)).toEqual([{ channel: 1, bytes: 2 * SHARE }])
    expect(ledger.charge(1, 1)).toBe(true)
  })

  test('counts what an earlier stream left behind', () => {
    const ledger = begun()
    ledger.charge(1, 100)
    expect(ledger.restart(1, true)).toEqual({ channel: 1, bytes: SHARE - 100 })
    ledger.giveBack(1, 100)
    ledger.charge(1, SHARE - 100)
    expect(ledger.heldBytes).toBe(SHARE - 100)
    expect(ledger.charge(1, 1)).toBe(false)
  })

  test('begins with nothing on a channel that may not be given any', () => {
    const ledger = begun()
    expect(ledger.restart(2, false)).toEqual({ channel: 2, bytes: 0 })
    expect(ledger.charge(2, 1)).toBe(false)
    expect(ledger.grants(channel => channel === 2)).toEqual([{ channel: 2, bytes: SHARE }])
  })

  test('takes nothing back when more channels share: it only grants less from then on', () => {
    const ledger = begun()
    ledger.onChannels(128)
    expect(ledger.grants(always)).toEqual([])
    ledger.charge(1, SHARE)
    ledger.giveBack(1, SHARE / 2)
    expect(ledger.grants(always)).toEqual([])
    ledger.giveBack(1, SHARE / 2)
    expect(ledger.grants(always)).toEqual([{ channel: 1, bytes: SHARE + SHARE / 2 }])
  })

  test('gets back only what was held', () => {
    const ledger = begun()
    ledger.charge(1, 5)
    expect(() => ledger.giveBack(1, 6)).toThrow('credit-was-held')
    expect(() => ledger.giveBack(2, 0)).toThrow('credit-was-held')
  })
})

describe('a purse', () => {
  test('is spent by sending, overdrawn by one frame at most, and filled by grants', () => {
    const purse = new Purse(1000)
    purse.onSent(500)
    expect(purse.maySend).toBe(true)
    purse.onSent(5000)
    expect(purse.maySend).toBe(false)
    expect(() => purse.onSent(0)).toThrow('credit-is-there')
    purse.onGrant(5500)
    expect(purse.maySend).toBe(false)
    purse.onGrant(7000)
    purse.onGrant(100)
    expect(purse.maySend).toBe(true)
  })
})

describe('both ends', () => {
  type Step = 'send' | 'commit' | 'tell' | 'block' | 'restart'
  const anySteps = fc.array(
    fc.tuple(
      fc.constantFrom<Step>('send', 'send', 'send', 'commit', 'tell', 'block', 'restart'),
      fc.integer({ min: 0, max: 40_000 }),
    ),
    { maxLength: 200 },
  )

  test('never hold more than a share and a frame, and a blocked sender is freed by commits', () => {
    const share = shareOf(512)
    fc.assert(
      fc.property(anySteps, steps => {
        const ledger = new Ledger()
        ledger.onChannels(512)
        let purse = new Purse(ledger.restart(1, true).bytes)
        let isBlocked = false
        let held: number[] = []
        const tell = () => {
          for (const { bytes } of ledger.grants(() => !isBlocked)) purse.onGrant(bytes)
        }
        for (const [step, bytes] of steps) {
          if (step === 'send' && purse.maySend) {
            purse.onSent(bytes)
            // Whoever keeps to his purse is never refused.
            expect(ledger.charge(1, costOf(bytes))).toBe(true)
            held.push(costOf(bytes))
          }
          if (step === 'commit') for (const cost of held.splice(0, 2)) ledger.giveBack(1, cost)
          if (step === 'tell') tell()
          if (step === 'block') isBlocked = !isBlocked
          if (step === 'restart') purse = new Purse(ledger.restart(1, !isBlocked).bytes)
          expect(ledger.heldBytes).toBe(held.reduce((sum, cost) => sum + cost, 0))
          expect(ledger.heldBytes).toBeLessThan(share + costOf(40_000))
        }
        for (const cost of held) ledger.giveBack(1, cost)
        held = []
        isBlocked = false
        tell()
        expect(purse.maySend).toBe(true)
      }),
      { numRuns: 300 },
    )
  })
})
