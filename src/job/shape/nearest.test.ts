/** Did you mean: near words are found, far ones are not. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nearest } from './nearest.ts'

const known = ['filter', 'aggregate', 'keyBy', 'topN', 'to', 'tumbling', 'dead-letter', 'map']

describe('the nearest word', () => {
  it.each([
    ['filtre', 'filter'],
    ['fliter', 'filter'],
    ['agregate', 'aggregate'],
    ['aggregates', 'aggregate'],
    ['keyby', 'keyBy'],
    ['key-by', 'keyBy'],
    ['key_by', 'keyBy'],
    ['topn', 'topN'],
    ['tumblign', 'tumbling'],
    ['dead_letter', 'dead-letter'],
    ['deadletters', 'dead-letter'],
    ['mpa', 'map'],
    ['tumble', 'tumbling'],
    ['aggregation', 'aggregate'],
    ['filt', 'filter'],
    ['filter', 'filter'],
  ])('to %s is %s', (word, found) => {
    expect(nearest(word, known)).toBe(found)
  })

  it.each(['join', 'x', '', 'elephant', 'windowing', 'a'.repeat(100_000)])(
    'to %.10s is none',
    word => {
      expect(nearest(word, known)).toBeUndefined()
    },
  )

  it('is the first of equals, and none of none', () => {
    expect(nearest('cat', ['bat', 'hat'])).toBe('bat')
    expect(nearest('cat', [])).toBeUndefined()
  })

  it('is found through any one mistake in a word of six letters', () => {
    const at = fc.nat(5)
    const sign = fc.constantFrom(...'abcxyz')
    fc.assert(
      fc.property(at, sign, fc.constantFrom('drop', 'add', 'change', 'swap'), (place, one, how) => {
        const letters = [...'filter']
        if (how === 'drop') letters.splice(place, 1)
        if (how === 'add') letters.splice(place, 0, one)
        if (how === 'change') letters[place] = one
        if (how === 'swap')
          letters.splice(
            Math.min(place, 4),
            2,
            ...letters.slice(Math.min(place, 4), Math.min(place, 4) + 2).reverse(),
          )
        expect(nearest(letters.join(''), ['aggregate', 'filter', 'keyBy'])).toBe('filter')
      }),
    )
  })
})
