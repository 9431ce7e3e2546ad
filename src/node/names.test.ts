/** Names and numbers of groups. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { groupId } from '../base/ids.ts'
import { META_GROUP } from '../meta/state.ts'
import { firstGroups, groupName, isNodeId, parseGroup } from './names.ts'

test('a group is found by what it is called and by its number', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 999_999_999 }), id => {
      expect(parseGroup(groupName(groupId(id)))).toBe(id)
      expect(parseGroup(String(id))).toBe(id)
    }),
  )
})

test.each([
  [''],
  ['kv'],
  ['kv/'],
  ['kv/0'],
  ['0'],
  ['01'],
  ['kv/01'],
  ['-1'],
  ['1.5'],
  ['1e3'],
  ['0x1'],
  [' 1'],
  ['1 '],
  ['1\n'],
  ['KV/1'],
  ['kv/kv/1'],
  ['kv/1/'],
  ['job/1'],
  ['__proto__'],
  ['9999999999'],
])('%j is no group', text => {
  expect(parseGroup(text)).toBeUndefined()
})

test('the first groups count from 1, and their names are all different', () => {
  expect(firstGroups(0)).toEqual([])
  expect(firstGroups(3)).toEqual([1, 2, 3])
  const all = firstGroups(4096)
  expect(new Set(all.map(groupName)).size).toBe(4096)
  for (const id of all) expect(parseGroup(groupName(id))).toBe(id)
})

test.each([
  ['n1', true],
  ['A', true],
  ['n1.rack-2_b', true],
  ['n'.repeat(63), true],
  ['n'.repeat(64), false],
  ['', false],
  ['-n1', false],
  ['n1.', false],
  ['n 1', false],
  ['n1\n', false],
  ['ñ1', false],
])('%j is the id of a node: %s', (text, isIt) => {
  expect(isNodeId(text)).toBe(isIt)
})

test('the group meta has a name of its own, and a number beyond those that founders give', () => {
  expect(groupName(META_GROUP)).toBe('meta')
  expect(parseGroup('meta')).toBe(META_GROUP)
  expect(parseGroup(String(META_GROUP))).toBe(META_GROUP)
})
