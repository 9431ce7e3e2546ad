/** Where objects are: keys that every store takes, and no two things under one. */

import { expect, test } from 'vitest'
import { isBlobKey } from '../../base/blob-key.ts'
import { nameKey, numbered, numberOf, placesOfId, placesOfTopic } from './names.ts'

test('numbers sort as they count, and are read again', () => {
  const keys = [1, 9, 10, 99_999, Number.MAX_SAFE_INTEGER].map(one => numbered('p/', one))
  expect([...keys].sort()).toEqual(keys)
  expect(keys[0]).toBe('p/00000000000000000001')
  expect(numberOf('p/', keys[4] ?? '')).toBe(Number.MAX_SAFE_INTEGER)
  for (const bad of ['p/1', 'p/0000000000000000000x', 'p/00000000000000000000', 'p/x/y']) {
    expect(numberOf('p/', bad)).toBeUndefined()
  }
})

test('topics have places by their names, if keys can be made of them', () => {
  expect(placesOfTopic('jobs/a', 'clicks')).toEqual({
    name: 'topics/clicks',
    entries: 'jobs/a/topics/clicks/entries/',
    images: 'jobs/a/topics/clicks/images/',
  })
  for (const bad of ['', 'a/b', '..', '.', 'x'.repeat(201), 'a b']) {
    expect(placesOfTopic('jobs/a', bad)).toBeUndefined()
  }
})

test('ids have places of their own, whatever they are', () => {
  const ids = ['a', 'A', 'a-1', 'a/1', 'a.1', 'a=2e1', 'é', 'e', '..', '.', ' ', 'a\ud800', 'job_0']
  const places = ids.map(id => placesOfId('p', id))
  for (const one of places) expect(isBlobKey(numbered(one?.entries ?? '', 1))).toBe(true)
  expect(new Set(places.map(one => one?.name)).size).toBe(ids.length)
  expect(places[3]?.name).toBe('ids/a=2f1')
  expect(placesOfId('p', '')).toBeUndefined()
  expect(placesOfId('p', 'x'.repeat(201))).toBeUndefined()
})

test('no key continues another one', () => {
  const keys = [
    nameKey('p'),
    ...[placesOfTopic('p', 't'), placesOfId('p', 't')].flatMap(one => [
      numbered(one?.entries ?? '', 1),
      numbered(one?.images ?? '', 1),
    ]),
  ]
  expect(new Set(keys).size).toBe(5)
  for (const key of keys) {
    expect(keys.some(other => other.startsWith(`${key}/`))).toBe(false)
  }
})
