/** Lines, columns, and bytes that are no text. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodedText, FILE_BYTES_MAX, SourceText } from './text.ts'

const bytesOf = (text: string) => new TextEncoder().encode(text)

describe('positions', () => {
  it('count lines and columns from one', () => {
    const source = new SourceText('ab\nc\n\nd')
    const at = (offset: number) => Object.values(source.positionAt(offset)).join(':')
    expect([0, 1, 2, 3, 4, 5, 6, 7].map(at)).toEqual([
      '1:1',
      '1:2',
      '1:3',
      '2:1',
      '2:2',
      '3:1',
      '4:1',
      '4:2',
    ])
  })

  it('end lines at every kind of line end', () => {
    const source = new SourceText('a\r\nb\rc\nd')
    expect(source.positionAt(3)).toEqual({ line: 2, column: 1 })
    expect(source.positionAt(5)).toEqual({ line: 3, column: 1 })
    expect(source.positionAt(7)).toEqual({ line: 4, column: 1 })
  })

  it('stay within the text', () => {
    const source = new SourceText('ab\nc')
    expect(source.positionAt(99)).toEqual({ line: 2, column: 2 })
    expect(source.positionAt(-1)).toEqual({ line: 1, column: 1 })
    expect(new SourceText('').positionAt(5)).toEqual({ line: 1, column: 1 })
  })

  it('agree with cutting the text into lines', () => {
    const texts = fc.string({ unit: fc.constantFrom('a', '\n', 'é', '😀') })
    fc.assert(
      fc.property(texts, fc.nat(30), (text, offset) => {
        const before = text.slice(0, offset).split('\n')
        expect(new SourceText(text).positionAt(offset)).toEqual({
          line: before.length,
          column: (before.at(-1) ?? '').length + 1,
        })
      }),
    )
  })
})

describe('bytes', () => {
  it('become text, without a byte order mark', () => {
    expect(decodedText(bytesOf('\ufeffnäme')).source?.text).toBe('näme')
  })

  it('that are not UTF-8 are refused where they stand', () => {
    const bytes = new Uint8Array([...bytesOf('a: 1\nb: ä'), 0xff, 0x61])
    const { trouble } = decodedText(bytes)
    expect(trouble?.code).toBe('not-utf8')
    expect(trouble?.source.positionAt(trouble.offset)).toEqual({ line: 2, column: 5 })
  })

  it('that end within a character are refused at that character', () => {
    const { trouble } = decodedText(bytesOf('ab😀').subarray(0, 5))
    expect(trouble?.offset).toBe(2)
  })

  it('that are too many are refused', () => {
    expect(decodedText(new Uint8Array(FILE_BYTES_MAX).fill(32)).trouble).toBeUndefined()
    const { trouble } = decodedText(new Uint8Array(FILE_BYTES_MAX + 1).fill(32))
    expect(trouble?.code).toBe('too-large')
    expect(trouble?.message).toContain(String(FILE_BYTES_MAX + 1))
  })

  it('are found wrong at their first wrong byte', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'é', '€', '😀', '\n'), maxLength: 20 })
    fc.assert(
      fc.property(text, text, (before, after) => {
        const clean = before.replace(/^\ufeff/, '')
        const bytes = new Uint8Array([...bytesOf(clean), 0xfe, ...bytesOf(after)])
        const { trouble } = decodedText(bytes)
        expect(trouble?.source.text).toBe(new TextDecoder().decode(bytesOf(clean)))
      }),
    )
  })
})
