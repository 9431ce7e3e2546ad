/** What is durable: only what a sync answered for. */

import { expect, test } from 'vitest'
import { groupId } from '../../../src/base/ids.ts'
import type { Write } from '../../../src/raft/ready.ts'
import type { Stored } from '../../../src/raft/types.ts'
import { Book } from './book.ts'

const group = groupId(1)
const stored: Stored = {
  hardState: { term: 0, vote: 0, commit: 0 },
  image: {
    ...{ index: 0, term: 0, membersIndex: 0, chain: 0 },
    members: { voters: [], outgoing: [], learners: [] },
  },
  entries: [],
}

const write = (number: number, term: number, sync: boolean): Write => ({
  ...{ number, sync, chunk: undefined, install: undefined, compact: undefined, entries: [] },
  hardState: { term, vote: 0, commit: 0 },
})

test('a write without a sync is durable behind one that has it', () => {
  const book = new Book()
  const remnant = book.begin(group, stored)
  book.wrote(group, write(1, 1, true))
  book.wrote(group, write(2, 2, false))
  book.wrote(group, write(3, 3, true))
  expect(book.done(group, 1)).toBe(true)
  expect(remnant.term).toBe(1)
  expect(book.done(group, 2)).toBe(false)
  expect(remnant.term).toBe(1)
  expect(book.done(group, 3)).toBe(true)
  expect(remnant.term).toBe(3)
})

test('nothing is known of a group that was not begun', () => {
  expect(new Book().done(group, 1)).toBe(false)
})
