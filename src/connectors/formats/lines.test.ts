/** Files in pieces: however the bytes come, the records and their places are the same. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fuzzRuns } from '../../base/testing/runs.ts'
import { CsvCutter } from './csv/cutter.ts'
import type { Split } from './format.ts'
import { LineSplitter, type LinesOptions } from './lines.ts'
import { bytesOf, textsOf } from './testing/raw.ts'

interface Seen {
  readonly texts: readonly string[]
  readonly positions: readonly number[]
  readonly position: number
}

const MARK = [0xef, 0xbb, 0xbf]

/** What comes out of a file that is pushed in pieces which end at the cuts. */
function pushed(splitter: LineSplitter, file: Uint8Array, cuts: readonly number[]): Split[] {
  const places = [...new Set([0, ...cuts.map(cut => cut % (file.length + 1)), file.length])]
  const ordered = places.sort((a, b) => a - b)
  const splits: Split[] = ordered
    .slice(1)
    .map((place, at) => splitter.push(file.slice(ordered[at], place)))
  splits.push(splitter.end())
  return splits
}

/** Of any bytes, each as a character. */
function rawTexts(splitter: LineSplitter, file: Uint8Array, cuts: readonly number[]) {
  return pushed(splitter, file, cuts).flatMap(({ bytes, starts, ends }) =>
    [...starts].map((start, at) => String.fromCharCode(...bytes.subarray(start, ends[at]))),
  )
}

function seen(splitter: LineSplitter, file: Uint8Array, cuts: readonly number[] = []): Seen {
  const splits = pushed(splitter, file, cuts)
  return {
    texts: splits.flatMap(textsOf),
    positions: splits.flatMap(({ positions }) => [...positions]),
    position: splitter.position,
  }
}

const lines = (text: string, options?: LinesOptions) =>
  seen(new LineSplitter(options), bytesOf(text))
const cuts = fc.array(fc.nat(200), { maxLength: 8 })
const line = fc.string({ maxLength: 12 }).map(text => text.replace(/[\r\n]/g, ' '))

describe('lines', () => {
  test('are what stands between newlines, each at its place', () => {
    expect(lines('one\ntwo\r\n\nlast')).toEqual({
      texts: ['one', 'two', '', 'last'],
      positions: [0, 4, 9, 10],
      position: 14,
    })
    expect(lines('')).toEqual({ texts: [], positions: [], position: 0 })
    expect(lines('\n')).toEqual({ texts: [''], positions: [0], position: 1 })
    expect(lines('a\n').texts).toEqual(['a'])
  })

  test('do not depend on how the bytes come', () => {
    fc.assert(
      fc.property(fc.array(line), fc.constantFrom('\n', '\r\n'), cuts, (texts, newline, places) => {
        const file = bytesOf(texts.map(text => text + newline).join(''))
        const got = seen(new LineSplitter(), file, places)
        expect(got.texts).toEqual(texts)
        got.positions.forEach((position, at) => {
          const head = texts.slice(0, at).map(text => text + newline)
          expect(position).toBe(bytesOf(head.join('')).length)
        })
        expect(got.position).toBe(file.length)
      }),
    )
  })

  test('go on from any position that was said', () => {
    fc.assert(
      fc.property(fc.array(line), fc.nat(100), cuts, (texts, stop, places) => {
        const file = bytesOf(texts.map(text => `${text}\n`).join(''))
        const first = new LineSplitter()
        const before = textsOf(first.push(file.slice(0, stop)))
        const { position } = first
        const second = new LineSplitter({ position })
        const after = seen(second, file.slice(position), places)
        expect([...before, ...after.texts]).toEqual(texts)
        expect(after.positions.every(place => place >= position)).toBe(true)
      }),
    )
  })

  test('of nothing but space can be left out', () => {
    const options = { skips: 'blank' } as const
    expect(lines('\n a\n \t\r\n\n{}\n', options)).toMatchObject({
      texts: [' a', '{}'],
      positions: [1, 9],
    })
    expect(lines('a\n\n', options).position).toBe(3)
    expect(lines('\r\n\t\n', { skips: 'empty' }).texts).toEqual(['\t'])
  })

  test('a byte order mark stands in front of the first alone', () => {
    expect(lines('\ufeffa\n\ufeffb').texts).toEqual(['a', '\ufeffb'])
    expect(lines('\ufeffa\n').positions).toEqual([0])
    expect(lines('\ufeffa\n', { position: 5 }).texts).toEqual(['\ufeffa'])
    expect(lines('\ufeff\n').texts).toEqual([''])
    expect(lines('\ufeff').texts).toEqual([])
  })

  test('that are too large come out as one byte too large, and hold no more memory', () => {
    const options = { limits: { recordBytesMax: 10 } }
    const splitter = new LineSplitter(options)
    splitter.push(bytesOf('ok\n'))
    for (let piece = 0; piece < 1000; piece++) {
      const split = splitter.push(bytesOf('x'.repeat(100)))
      expect(split.size).toBe(0)
      expect(splitter.position).toBe(3)
    }
    const split = splitter.push(bytesOf('\nnext\n'))
    expect(textsOf(split)).toEqual(['x'.repeat(11), 'next'])
    expect([...split.positions]).toEqual([3, 100_004])
    expect(splitter.position).toBe(100_009)
  })

  test('of any size are cut off in the same place, however the bytes come', () => {
    const options = { limits: { recordBytesMax: 5 } }
    fc.assert(
      fc.property(fc.array(line), cuts, (texts, places) => {
        const file = bytesOf(texts.map(text => `${text}\n`).join(''))
        const got = seen(new LineSplitter(options), file, places)
        expect(got).toEqual(seen(new LineSplitter(options), file))
        expect(got.texts.map(text => bytesOf(text).length)).toEqual(
          texts.map(text => Math.min(6, bytesOf(text).length)),
        )
      }),
    )
  })

  test('with a mark in front and returns anywhere are too large wherever the bytes part', () => {
    const options = { limits: { recordBytesMax: 5 } }
    const sign = fc.constantFrom('x', 'xxxx', '\r', '\r\n', '\n')
    fc.assert(
      fc.property(
        fc.boolean(),
        fc.array(sign, { maxLength: 12 }),
        cuts,
        (marked, signs, places) => {
          const file = bytesOf((marked ? '\ufeff' : '') + signs.join(''))
          const got = seen(new LineSplitter(options), file, places)
          expect(got).toEqual(seen(new LineSplitter(options), file))
        },
      ),
      { numRuns: fuzzRuns(2000) },
    )
  })

  test('are not taken for whole where a return came at the bound, and more behind it', () => {
    const splitter = new LineSplitter({ limits: { recordBytesMax: 2 } })
    splitter.push(bytesOf('ab\r'))
    splitter.push(bytesOf('cdefgh'))
    expect(textsOf(splitter.push(bytesOf('\n')))).toEqual(['ab\r'])
  })

  test('a last line without a newline comes once', () => {
    const splitter = new LineSplitter()
    expect(splitter.push(bytesOf('abc')).size).toBe(0)
    expect(textsOf(splitter.end())).toEqual(['abc'])
    expect(splitter.end().size).toBe(0)
    expect(splitter.position).toBe(3)
  })
})

describe('records of CSV', () => {
  const cells = (text: string, places?: readonly number[]) =>
    seen(new LineSplitter({}, new CsvCutter()), bytesOf(text), places).texts

  test('end at newlines outside of quotes', () => {
    expect(cells('a,"b\nc"\r\n"d""\n",e\n')).toEqual(['a,"b\nc"', '"d""\n",e'])
    expect(cells('"a"\n"b"')).toEqual(['"a"', '"b"'])
    expect(cells('5" pipe,x\ny\n')).toEqual(['5" pipe,x', 'y'])
    expect(cells('"a"x"\n"y\n')).toEqual(['"a"x"', '"y\n'])
  })

  test('do not depend on how the bytes come', () => {
    const signs = fc.constantFrom('"', ',', '\n', '\r\n', 'x', 'é', '\ufeff', '\ufee0')
    const any = fc.array(signs, { maxLength: 60 })
    fc.assert(
      fc.property(fc.boolean(), any, cuts, (marked, parts, places) => {
        const text = (marked ? '\ufeff' : '') + parts.join('')
        expect(seen(new LineSplitter({}, new CsvCutter()), bytesOf(text), places)).toEqual(
          seen(new LineSplitter({}, new CsvCutter()), bytesOf(text)),
        )
      }),
    )
  })

  /** In the middle of a file, where no byte is a mark. */
  const within = (file: Uint8Array) =>
    rawTexts(new LineSplitter({ position: 1 }, new CsvCutter()), file, [])

  test('begin behind a byte order mark', () => {
    const text = '"Smith, Ann",","\r\n"a\nb",c\n\ufeff"d\n'
    for (const places of [[], [1], [2], [1, 2], [3], [1, 2, 3, 4]]) {
      expect(cells(`\ufeff${text}`, places)).toEqual(cells(text))
      expect(cells('\ufeff",",x\ny,z\n', places)).toEqual(['",",x', 'y,z'])
    }
  })

  test('are the same behind a mark as without one, whatever the bytes are', () => {
    const byte = fc.constantFrom(0xef, 0xbb, 0xbf, 0xa0, 0x22, 0x22, 0x2c, 0x0a, 0x0d, 0x78)
    fc.assert(
      fc.property(fc.boolean(), fc.array(byte, { maxLength: 30 }), cuts, (marked, rest, places) => {
        const file = Uint8Array.from([...(marked ? MARK : []), ...rest])
        const isMarked = MARK.every((one, at) => file[at] === one)
        const wanted = within(isMarked ? file.slice(MARK.length) : file)
        expect(rawTexts(new LineSplitter({}, new CsvCutter()), file, places)).toEqual(wanted)
      }),
      { numRuns: fuzzRuns(2000) },
    )
  })

  test('know their delimiter', () => {
    const splitter = new LineSplitter({}, new CsvCutter({ delimiter: ';' }))
    expect(seen(splitter, bytesOf('a;"b\n"\nc,"d\n"\n')).texts).toEqual(['a;"b\n"', 'c,"d', '"\n'])
  })
})
