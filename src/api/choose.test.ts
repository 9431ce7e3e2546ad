/** Which of several reports on a group is shown. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { eachOnce } from './choose.ts'
import { report } from './testing/cluster.ts'

const role = fc.constantFrom('leader' as const, 'follower' as const, 'candidate' as const)
const anyReport = fc
  .record({ id: fc.integer({ min: 1, max: 4 }), term: fc.nat(5), applied: fc.nat(9), role })
  .map(({ id, ...more }) => report('a', id, more))

test('each group once, in order, and a leader before all others', () => {
  fc.assert(
    fc.property(fc.array(anyReport), reports => {
      const chosen = eachOnce(reports)
      const ids = chosen.map(one => one.id as number)
      expect(ids).toEqual([...new Set(reports.map(one => one.id as number))].sort((a, b) => a - b))
      for (const one of chosen) {
        const rivals = reports.filter(other => other.id === one.id)
        const leaders = rivals.filter(other => other.role === 'leader')
        expect(one.role === 'leader').toBe(leaders.length > 0)
        const peers = leaders.length > 0 ? leaders : rivals
        expect(one.term).toBe(Math.max(...peers.map(other => other.term)))
      }
    }),
  )
})

test('of equal terms, the one that is further', () => {
  const [one] = eachOnce([report('a', 1, { applied: 3 }), report('b', 1, { applied: 4 })])
  expect(one?.node).toBe('b')
})

test('what is chosen does not depend on who was heard first', () => {
  const reports = fc.array(anyReport, { maxLength: 12 })
  fc.assert(
    fc.property(reports, fc.nat(), (all, turn) => {
      const at = all.length === 0 ? 0 : turn % all.length
      const turned = [...all.slice(at), ...all.slice(0, at)]
      const sign = ({ id, term, applied, role }: (typeof all)[number]) =>
        `${id} ${term} ${applied} ${role === 'leader'}`
      expect(eachOnce(turned).map(sign)).toEqual(eachOnce(all).map(sign))
    }),
  )
})

test('nothing is made of nothing, and nothing is changed', () => {
  expect(eachOnce([])).toEqual([])
  const reports = [report('b', 2), report('a', 1)]
  const chosen = eachOnce(reports)
  expect(chosen.map(one => one.id)).toEqual([1, 2])
  expect(reports.map(one => one.id)).toEqual([2, 1])
  expect(chosen[0]).toBe(reports[1])
})

test('of two that both think they lead, the newer term', () => {
  const leads = (node: string, term: number) => report(node, 1, { role: 'leader', term })
  expect(eachOnce([leads('a', 3), leads('b', 4)])[0]?.node).toBe('b')
  expect(eachOnce([leads('b', 4), leads('a', 3)])[0]?.node).toBe('b')
})
