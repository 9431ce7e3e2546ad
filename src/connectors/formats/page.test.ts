/** docs/reference/formats.md: its table of values says of every type what the decoder does. */

import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { maybeType } from '../../engine/schema/type-text.ts'
import { decoderOf } from './open.ts'
import { fieldOf } from './path.ts'
import { rawOf } from './testing/raw.ts'

const page = readFileSync(new URL('../../../docs/reference/formats.md', import.meta.url), 'utf8')

/** The types of a row, and what becomes of a text, a number, a boolean. */
function rows(): readonly (readonly [string, readonly string[]])[] {
  const [, below = ''] = page.split('## What a value becomes\n')
  const [section = ''] = below.split('\n## ')
  const lines = section.split('\n').filter(line => line.startsWith('| '))
  return lines.slice(1).flatMap(line => {
    const [names = '', ...cells] = line.slice(2, -2).split(' | ')
    const types = names.replace('DECIMAL(p, s)', 'DECIMAL(9-2)').split(', ')
    return types.map(name => [name.replace('9-2', '9, 2'), cells] as const)
  })
}

/** Why a value is none of the type, if it is not. */
function codeOf(name: string, value: string, lenient: boolean): string | undefined {
  const type = maybeType(name)
  if (type === undefined) throw new Error(`there is no type ${name}`)
  const decoder = decoderOf({ format: 'json', lenient }, [fieldOf({ name: 'v', type })])
  return decoder.decode(rawOf([`{"v":${value}}`])).failures[0]?.code
}

const VALUES = ['"~"', '1', 'true'] as const
const WRONG = 'wrong-type'

/** What a cell says of the strict way, and of the lenient one. */
function isTaken(cell: string): readonly [boolean, boolean] {
  if (cell === '`wrong-type`') return [false, false]
  return [!cell.startsWith('lenient'), true]
}

describe.each(rows())('%s', (name, cells) => {
  test('is made of what the page says, and of nothing else', () => {
    expect(cells).toHaveLength(VALUES.length)
    const taken = VALUES.map(value => {
      return [false, true].map(lenient => codeOf(name, value, lenient) !== WRONG)
    })
    expect(taken).toEqual(cells.map(isTaken))
  })

  test('is made of the texts that the page shows', () => {
    const [text = ''] = cells
    const examples = [...text.matchAll(/`(.+?)`/g)].map(([, example]) => `"${example}"`)
    expect(examples.map(example => codeOf(name, example, true))).toEqual(
      examples.map(() => undefined),
    )
  })
})

test('the page has all types but arrays, which are made of their elements', () => {
  expect(rows().map(([name]) => name)).toEqual([
    'BOOLEAN',
    'INTEGER',
    'BIGINT',
    'DECIMAL(9, 2)',
    'DOUBLE',
    'TEXT',
    'BYTES',
    'DATE',
    'TIMESTAMP',
    'TIMESTAMPTZ',
    'INTERVAL DAY TO SECOND',
    'INTERVAL YEAR TO MONTH',
    'JSON',
  ])
})
