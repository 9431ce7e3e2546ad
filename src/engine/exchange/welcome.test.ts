/** Which streams are served: row by row. */

import { expect, test } from 'vitest'
import { refusalOf } from './welcome.ts'

const opening = {
  ...{ cluster: 'c', job: 'web', generation: 4, channel: 7, group: 2 },
  ...{ term: 1, cursor: 0, bytes: 0 },
}
const known = { cluster: 'c', generation: 4, isSender: true, groups: 3 }

test('a stream of this job to one of its groups is welcome', () => {
  expect(refusalOf(opening, known)).toBe(undefined)
})

test.each([
  ['other-cluster', { cluster: 'd' }, {}],
  ['unknown-job', {}, { generation: undefined }],
  ['generation-over', { generation: 3 }, {}],
  ['generation-ahead', { generation: 5 }, {}],
  ['unknown-channel', {}, { groups: undefined }],
  ['unknown-channel', { group: 3 }, {}],
  ['not-the-sender', {}, { isSender: false }],
])('%s, of %o where %o is known', (code, asked, here) => {
  const refusal = refusalOf({ ...opening, ...asked }, { ...known, ...here })
  expect(refusal?.code).toBe(code)
  expect(refusal?.message.length).toBeGreaterThan(20)
})

test('who is of another cluster is told nothing else', () => {
  const refusal = refusalOf({ ...opening, cluster: 'd', generation: 1 }, { ...known, groups: 0 })
  expect(refusal?.code).toBe('other-cluster')
})
