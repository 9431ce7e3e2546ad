/** The header that names an output: what it says, that it is read back, and what is none. */

import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { utf8Of } from '../base/bytes.ts'
import { IDENTITY_HEADER, identified, identityIn } from './identity.ts'
import type { HeldRun } from './outbox.ts'
import { rendered } from './testing/rig.ts'

const RUN: HeldRun = {
  ...{ sink: 'home', first: 17, count: 2, bytes: new Uint8Array(16), seq: 5, generation: 3 },
}
const header = (text: string) => ({ name: IDENTITY_HEADER, value: utf8Of(text) })

const name = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }),
  fc.constantFrom('a/b', '/', '%2F', '%252F', '%', 'a/1/b/2', '1', 'line\nbreak', '\u{1f600}'),
)

describe('an output', () => {
  it('is named by group, generation, sink and number, behind its own headers', () => {
    const outputs = rendered(RUN).map(({ record, ...to }) => {
      return { ...to, record: { ...record, headers: [{ name: 'x', value: utf8Of('y') }] } }
    })
    const named = identified(outputs, RUN, 'job/stage/3')
    expect(named.map(({ record }) => record.headers)).toEqual([
      [{ name: 'x', value: utf8Of('y') }, header('job/stage/3/3/home/17')],
      [{ name: 'x', value: utf8Of('y') }, header('job/stage/3/3/home/18')],
    ])
    expect(named.map(({ topic, partition, record }) => [topic, partition, record.value])).toEqual(
      outputs.map(({ topic, partition, record }) => [topic, partition, record.value]),
    )
  })

  it('of any names is read back as it was named', () => {
    const number = fc.integer({ min: 1, max: 2 ** 50 })
    fc.assert(
      fc.property(name, name, number, number, (group, sink, generation, first) => {
        const run = { ...RUN, sink, first, count: 1, generation }
        const [output] = identified(rendered(run), run, group)
        expect(identityIn(output?.record.headers ?? [])).toEqual({
          ...{ group, generation, sink, number: first },
        })
      }),
    )
  })

  it('that is missing in its run, or too many, stops the program', () => {
    expect(() => identified(rendered(RUN).slice(1), RUN, 'g')).toThrow('JOURNAL')
  })
})

test('of two headers the publisher’s is the last', () => {
  const headers = [header('job/1/a/1'), header('job/1/a/2')]
  expect(identityIn(headers)?.number).toBe(2)
})

test.each([
  ['nothing', undefined],
  ['no text of ours', 'hello'],
  ['no number', 'job/1/home/'],
  ['number 0', 'job/1/home/0'],
  ['a number with a sign', 'job/1/home/+1'],
  ['a number beyond all', `job/1/home/${2 ** 60}`],
  ['a generation beyond all', `job/${'9'.repeat(30)}/home/1`],
  ['generation 0', 'job/0/home/1'],
  ['another spelling', 'job/1/%41%/1'],
  ['no group', '/1/home/1'],
  ['an endless name', `${'x'.repeat(10_000)}/1/home/1`],
])('%s names none', (_, text) => {
  expect(identityIn(text === undefined ? [] : [header(text)])).toBeUndefined()
})
