/** Findings as people read them. */

import { expect, it } from 'vitest'
import { findingText, shownPath } from './finding.ts'

it.each([
  [[], ''],
  [['name'], 'name'],
  [['steps', 0, 'filter', 'where'], 'steps[0].filter.where'],
  [['sources', 'my-events', 'kafka'], 'sources.my-events.kafka'],
  [['a b'], '["a b"]'],
  [['a', '__proto__', ''], 'a.__proto__[""]'],
  [[0, 1], '[0][1]'],
])('the path %j is %s', (path, shown) => {
  expect(shownPath(path)).toBe(shown)
})

it('a finding is one line: place, code, way, sentence, suggestion', () => {
  const finding = {
    level: 'error',
    code: 'unknown-key',
    file: 'jobs/a.yaml',
    line: 3,
    column: 5,
    path: 'steps[0].filtre',
    message: '"filtre" is not known here',
  } as const
  expect(findingText(finding)).toBe(
    'jobs/a.yaml:3:5: error unknown-key at steps[0].filtre: "filtre" is not known here',
  )
  expect(findingText({ ...finding, suggestion: 'filter' })).toBe(
    'jobs/a.yaml:3:5: error unknown-key at steps[0].filtre: "filtre" is not known here ' +
      '(write: filter)',
  )
  expect(findingText({ ...finding, path: '', level: 'warning' })).toBe(
    'jobs/a.yaml:3:5: warning unknown-key: "filtre" is not known here',
  )
})
