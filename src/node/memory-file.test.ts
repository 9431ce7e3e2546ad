/** What is remembered of peers, as text and back. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { nodeId } from '../base/ids.ts'
import { readMemory, showMemory } from './memory-file.ts'
import { firstGroups, groupName, parseGroup } from './names.ts'

const store = fc.string({ maxLength: 5 })
const remembered = fc.record({ store, boot: fc.nat(), opening: store, replaced: fc.array(store) })
const name = fc.stringMatching(/^[a-z][a-z0-9]{0,5}$/).map(nodeId)
const memory = fc.array(fc.tuple(name, remembered)).map(all => new Map(all))

test('a memory survives its text', () => {
  fc.assert(
    fc.property(memory, peers => {
      expect(readMemory(showMemory(peers))).toEqual(peers)
    }),
  )
})

test('what is no memory is none', () => {
  for (const text of [undefined, '', '{', 'null', '7', '{"is":"weir-peers-1"}', '{"peers":{}}']) {
    expect(readMemory(text).size).toBe(0)
  }
})

test('what is unsound of one peer is left out', () => {
  const good = { store: 's', boot: 1, opening: 'o', replaced: [] }
  const bad = [
    null,
    7,
    {},
    { ...good, boot: 'x' },
    { ...good, opening: 1 },
    { ...good, replaced: [7] },
  ]
  const peers = Object.fromEntries([good, ...bad].map((one, at) => [`n${at}`, one]))
  const text = JSON.stringify({ is: 'weir-peers-1', peers })
  expect([...readMemory(text)]).toEqual([['n0', good]])
})

test('groups have names and numbers', () => {
  expect(firstGroups(3).map(groupName)).toEqual(['kv/1', 'kv/2', 'kv/3'])
  for (const text of ['kv/12', '12']) expect(parseGroup(text)).toBe(12)
  for (const text of ['', 'kv/', 'kv/0', '-1', '1.5', 'kv/x', 'other/1', '01', '9999999999']) {
    expect(parseGroup(text)).toBeUndefined()
  }
})
