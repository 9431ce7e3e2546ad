/** Results that are said again keep their names; what is refused stands in testdata/names.txt. */

import { describe, expect, it } from 'vitest'
import { edgeText } from '../../engine/plan/schemas.ts'
import { TestDriver } from '../../trial/driver.ts'
import { found, jobAround, read } from '../testing/jobs.ts'
import { compileJob } from './compile.ts'
import { jobCompiler } from './compiler.ts'
import { Namings } from './namings.ts'

const compiler = jobCompiler()

const USER_AND_WINDOW = '[user, window_start, window_end]'
const START_AND_USER = '[window_start, user]'
const TUMBLING = 'window: { tumbling: 1m }, lateness: 5s'
const SESSION = 'window: { session: 1s }, lateness: 1s'
const CUMULATE = 'window: { cumulate: 1h, every: 5m }'

/** With the last of each kept by `key`. */
function compiledOf(steps: string, key: string) {
  const text = jobAround(steps).replace('memory: {}', `memory: {}, key: ${key}`)
  const { spec } = read(text)
  if (spec === undefined) throw new Error(found(text).join('\n'))
  return compileJob(spec, compiler)
}

const counts = (more: string) => `
  - name: counts
    aggregate: { key: user, ${more}, select: { n: count(*), page: max(page) } }`

const twice = (one: string, other: string) => `
  - { name: a, aggregate: { key: user, mode: updating, select: { n: count(*) } } }
  - { name: b, map: { set: ${one} } }
  - { name: c, from: a, map: { set: ${other} } }
  - union: { from: [b, c] }`

describe('a key that names results', () => {
  it.each([
    ['is that of the aggregate', counts('mode: updating'), '[user]'],
    ['has the window', counts(SESSION), USER_AND_WINDOW],
    ['has the end of a session', counts(SESSION), '[user, window_end]'],
    ['has one bound, where the other follows', counts(TUMBLING), START_AND_USER],
    ['whichever of the two', counts(TUMBLING), '[window_end, user]'],
    ['has the end of what grows', counts(`${CUMULATE}, mode: updating`), '[user, window_end]'],
    ['has what else is fixed', counts(`${CUMULATE}, mode: updating`), USER_AND_WINDOW],
    [
      'may be renamed',
      `${counts('mode: updating')}
  - project: { rename: { user: who } }
  - filter: n > 1`,
      'who',
    ],
    [
      'may be there twice',
      `${counts('mode: updating')}
  - map: { set: { who: user } }
  - project: { drop: [user] }`,
      'who',
    ],
    [
      'may have what is computed of it alone',
      `${counts('mode: updating')}
  - map: { set: { all: "'all'", first: "upper(user)" } }`,
      '[user, first, all]',
    ],
    [
      'is a constant where there is one result',
      `
  - { name: counts, aggregate: { mode: updating, select: { n: count(*) } } }
  - map: { set: { all: "'all'" } }`,
      'all',
    ],
    [
      'has what tells the inputs of a union apart',
      twice('{ part: "\'b\'" }', '{ part: "\'c\'" }'),
      '[user, part]',
    ],
    [
      'has it of three inputs, in two unions',
      `${twice('{ part: "1" }', '{ part: "2" }')}
  - { name: all, filter: n > 1 }
  - { name: d, from: a, map: { set: { part: "3" } } }
  - union: { from: [all, d] }`,
      '[user, part]',
    ],
    [
      'has it where records are said once',
      `
  - { name: a, aggregate: { key: user, mode: updating, select: { n: max(ms) } } }
  - { name: b, map: { set: { part: "1" } } }
  - { name: c, from: events, map: { select: { user: user, n: ms, part: "2" } } }
  - union: { from: [b, c] }`,
      '[user, part]',
    ],
    [
      'has it from before the aggregate',
      `
  - { name: a, map: { set: { part: "'a'" } } }
  - { name: x, aggregate: { key: [part, user], mode: updating, select: { n: count(*) } } }
  - { name: b, from: events, map: { set: { part: "'b'" } } }
  - { name: y, aggregate: { key: [part, user], mode: updating, select: { n: count(*) } } }
  - union: { from: [x, y] }`,
      '[part, user]',
    ],
    [
      'has the names of all inputs',
      `
  - { name: a, aggregate: { key: user, mode: updating, select: { n: count(*) } } }
  - { name: b, map: { select: { part: "1", user: user, page: "NULL::TEXT", n: n } } }
  - { name: c, from: events, aggregate: { key: page, mode: updating, select: { n: count(*) } } }
  - { name: d, map: { select: { part: "2", user: "'-'", page: page, n: n } } }
  - union: { from: [b, d] }`,
      '[part, user, page]',
    ],
  ])('%s', (_, steps, key) => {
    const { plan, findings } = compiledOf(`${steps}\n  - to: out`, key)
    expect(findings).toEqual([])
    expect(plan?.sinks[0]?.key.length).toBeGreaterThan(0)
  })

  it('is not the start of sessions: behind one that is forgotten another may begin there', () => {
    const { findings } = compiledOf(`${counts(SESSION)}\n  - to: out`, START_AND_USER)
    const [{ code, suggestion } = { code: '', suggestion: '' }, ...others] = findings
    expect([code, suggestion]).toEqual(['key-names-no-result', 'key: [user, window_end]'])
    expect(others).toEqual([])
  })

  it('of records that are said once is what its author says', () => {
    const once = counts('window: { tumbling: 1m }')
    expect(compiledOf(`${once}\n  - project: { keep: [n] }\n  - to: out`, 'n').findings).toEqual([])
    const late = `${counts('window: { tumbling: 1m }, lateness: 1s, late: side')}
  - { from: counts.late, project: { keep: [ms] } }
  - to: out`
    expect(compiledOf(late, 'ms').findings).toEqual([])
  })
})

it('what names a result is known behind a union', () => {
  const steps = `${twice('{ part: "1" }', '{ part: "2" }')}\n  - to: out`
  const { plan, schemas } = compiledOf(steps, '[user, part]')
  if (plan === undefined) throw new Error('no plan')
  const naming = new Namings(plan, edge => schemas.get(edgeText(edge)), compiler).of({
    from: 'union-1',
  })
  expect(naming).toEqual({
    of: 'a',
    parts: [['part'], ['user']],
    fixed: new Set(['user', 'part']),
  })
})

it('a table kept by that key holds the last results alone', () => {
  const text = jobAround(`${counts('mode: updating')}
  - map: { set: { parity: "n % 2" } }
  - filter: n < 3
  - to: out`)
  const driver = new TestDriver({ file: 'job.yaml', text })
  const table = new Map<unknown, unknown>()
  for (const user of ['a', 'b', 'a', 'b', 'b']) {
    driver.send('events', { user, page: '/', ms: 1, ts: '2026-01-01T00:00:00' })
    for (const { kind, record } of driver.changes('out')) {
      if (kind === 'delete') table.delete(record['user'])
      else table.set(record['user'], record)
    }
  }
  expect([...table.values()]).toEqual([{ user: 'a', n: 2, page: '/', parity: 0 }])
})
