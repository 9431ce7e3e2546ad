/** Where an epoch cuts what a group sends: the first place counts, and an image keeps it. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ByteReader, ByteWriter } from '../base/bytes.ts'
import { Places } from './places.ts'
import { begunState } from './testing/job.ts'

const at = (epoch: number, channel: number, offset: number) => ({ epoch, channel, offset })

function copied(places: Places): Places {
  const out = new ByteWriter()
  places.write(out)
  const input = new ByteReader(out.finish())
  const copy = Places.read(input)
  input.done()
  return copy
}

test('the first place of an epoch and a reader counts, whatever is committed later', () => {
  const places = new Places()
  expect([places.mark(at(3, 7, 50)), places.mark(at(3, 7, 40)), places.mark(at(3, 8, 1))]).toEqual([
    'done',
    'again',
    'done',
  ])
  expect(places.ofSource(7)).toEqual({ epoch: 3, offset: 50 })
  expect(places.ofSource(9)).toBe(undefined)
})

test('a later epoch takes the place of the one before, an older one says nothing', () => {
  const places = new Places()
  places.mark(at(3, 7, 50))
  places.cut(3, 12, new Map([['>b<a', 4]]))
  expect(places.ofExchange('>b<a')).toEqual({ epoch: 3, seq: 12, offset: 4 })
  expect([places.mark(at(4, 8, 1)), places.mark(at(3, 7, 60))]).toEqual(['done', 'older'])
  places.cut(3, 20, new Map([['>b<a', 9]]))
  expect([places.epoch, places.ofSource(7), places.ofExchange('>b<a')]).toEqual([
    4,
    undefined,
    undefined,
  ])
})

test('an exchange that had no output is cut before its first', () => {
  const places = new Places()
  places.cut(3, 12, new Map())
  expect(places.ofExchange('>b<a')).toEqual({ epoch: 3, seq: 12, offset: 0 })
})

test('an image keeps all of it', () => {
  const anyMarks = fc.array(fc.tuple(fc.nat(20), fc.nat()), { maxLength: 5 })
  const anyCut = fc.option(fc.dictionary(fc.string({ maxLength: 4 }), fc.nat(), { maxKeys: 3 }))
  fc.assert(
    fc.property(anyMarks, anyCut, fc.nat(100), (marks, cut, seq) => {
      const places = new Places()
      for (const [channel, offset] of marks) places.mark(at(5, channel, offset))
      if (cut !== null) places.cut(5, seq, new Map(Object.entries(cut)))
      const copy = copied(places)
      for (const [channel] of marks)
        expect(copy.ofSource(channel)).toEqual(places.ofSource(channel))
      for (const name of ['other', ...Object.keys(cut ?? {})]) {
        expect(copy.ofExchange(name)).toEqual(places.ofExchange(name))
      }
      expect(copy.epoch).toBe(places.epoch)
    }),
  )
})

test('a group that is cut knows how many of its outputs stand before', () => {
  const state = begunState()
  expect(state.apply({ kind: 'barrier', barrier: { epoch: 2, offsets: [] } })).toBe('done')
  expect(state.places.ofExchange('>b<a')).toEqual({ epoch: 2, seq: 0, offset: 0 })
  expect(state.apply({ kind: 'barrier-at', place: at(2, 0, 9) })).toBe('done')
})
