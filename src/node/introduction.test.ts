/** Who may introduce himself, and as whom: each demand by hand, then whatever somebody may send. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { nodeId } from '../base/ids.ts'
import type { Place } from '../io/members/service.ts'
import { isDialable } from './address.ts'
import { clipped, judgeIntroduction, judgeNamesake, namesakeRefusal } from './introduction.ts'
import { isNodeId } from './names.ts'
import { decodeGroupCommand, encodeEnrol } from './roster/codec.ts'
import { anyPlace, goodPlace } from './testing/introductions.ts'

const refusalOf = (more: Partial<Place>, names?: readonly string[]) =>
  judgeIntroduction({ ...goodPlace, ...more }, names).refusal

test('who is introduced well is who he says', () => {
  const { replica: _, ...who } = goodPlace
  expect(judgeIntroduction(goodPlace, undefined)).toEqual({ who })
  // Its log is yet to be made: it asks for the seats first.
  const early = { ...goodPlace, boot: 0 }
  expect(judgeIntroduction(early, undefined)).toEqual({ who: { ...who, boot: 0 } })
})

test.each<[string, Partial<Place>]>([
  ['node', { node: '' }],
  ['node', { node: 'n'.repeat(100_000) }],
  ['node', { node: 'n 2' }],
  ['node', { node: '../n2' }],
  ['store', { store: '' }],
  ['store', { store: 's'.repeat(65) }],
  ['store', { store: 's\n2' }],
  ['boot', { boot: -1 }],
  ['boot', { boot: 1.5 }],
  ['boot', { boot: 2 ** 64 }],
  ['boot', { boot: Number.NaN }],
  ['address', { address: '' }],
  ['address', { address: '%%%not an address' }],
  ['address', { address: 'n2' }],
  ['address', { address: 'n2:0' }],
  ['address', { address: '0.0.0.0:7170' }],
  ['address', { address: `${'n'.repeat(100_000)}:1` }],
  ['http', { http: '' }],
  ['http', { http: 'http://n2:7070' }],
])('%s is wrong: %o', (field, more) => {
  const refusal = refusalOf(more)
  expect(refusal?.code).toBe('bad-introduction')
  expect(refusal?.message).toContain(`the ${field} is "`)
  expect(refusal?.message).toContain('; start that node with an --id and addresses that hold')
  expect(refusal?.message.length).toBeLessThan(400)
})

test('a message that introduces nobody', () => {
  expect(judgeIntroduction(null, undefined).refusal).toMatchObject({
    code: 'bad-introduction',
    message: expect.stringContaining('nobody is introduced'),
  })
})

test('a certificate speaks for its own node alone', () => {
  expect(refusalOf({}, ['n2', 'x'])).toBeUndefined()
  for (const names of [[], ['n1'], ['n2.local']]) {
    expect(refusalOf({}, names)).toMatchObject({
      code: 'not-allowed',
      message: expect.stringMatching(/does not speak for n2; give the node a certificate/),
    })
  }
})

test('whatever is let in can be dialled, kept and told again as it is', () => {
  let good = 0
  fc.assert(
    fc.property(anyPlace, place => {
      const { who, refusal } = judgeIntroduction(place, undefined)
      if (who === undefined) {
        expect(refusal?.message.length).toBeLessThan(400)
        return
      }
      good++
      expect([isNodeId(who.node), isDialable(who.address), isDialable(who.http)]).not.toContain(
        false,
      )
      expect(decodeGroupCommand(encodeEnrol(who))).toEqual({ kind: 'enrol', who })
    }),
    { numRuns: 2000 },
  )
  expect(good).toBeGreaterThan(20)
})

test('a node that runs keeps its name against every other folder', () => {
  const who = { node: nodeId('n2'), store: 's2', boot: 4, opening: 'o' }
  const address = 'n2:1'
  expect(judgeNamesake(who, undefined)).toBeUndefined()
  expect(judgeNamesake(who, { ...who, address })).toBeUndefined()
  const refusal = judgeNamesake(who, { ...who, store: 's1', address })
  expect(refusal).toEqual(namesakeRefusal(who.node, address))
  expect(refusal?.code).toBe('node-id-taken')
  expect(refusal?.message).toMatch(/called n2 runs at n2:1 already; give .* --id of its own/)
})

test.each([
  ['a later boot', { boot: 3 }, 'node-id-taken'],
  ['an earlier boot', { boot: 5 }, 'old-incarnation'],
  ['another opening of that boot', { opening: 'p' }, 'old-incarnation'],
])('beside a node that runs on the same folder, %s is refused', (_, other, code) => {
  const who = { node: nodeId('n2'), store: 's2', boot: 4, opening: 'o' }
  const refusal = judgeNamesake(who, { ...who, ...other, address: 'n2:1' })
  expect(refusal?.code).toBe(code)
  expect(refusal?.message).toMatch(/.{20,}; .{20,}/)
})

test('somebody else’s words are cut, and short ones left', () => {
  expect(clipped('a'.repeat(64))).toBe('a'.repeat(64))
  expect(clipped('a'.repeat(65))).toBe(`${'a'.repeat(64)}...`)
})
