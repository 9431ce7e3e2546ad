/** Numbers by sink, partitions in turn. */

import { expect, test } from 'vitest'
import { outputsOf } from './outputs.ts'

test('each sink counts for itself, over all inputs', () => {
  const inputs = [
    { id: 7, home: 2, side: 1, away: 0 },
    { id: 5, home: 1, side: 1, away: 2 },
  ]
  expect(outputsOf(3, inputs)).toEqual([
    { sink: 'home', partition: 1, text: '3 1 7 0', identity: '/3/1/home/1' },
    { sink: 'home', partition: 0, text: '3 2 7 1', identity: '/3/1/home/2' },
    { sink: 'home', partition: 1, text: '3 3 5 0', identity: '/3/1/home/3' },
    { sink: 'side', partition: 1, text: '3 1 7 0', identity: '/3/1/side/1' },
    { sink: 'side', partition: 0, text: '3 2 5 0', identity: '/3/1/side/2' },
    { sink: 'away', partition: 1, text: '3 1 5 0', identity: '/3/1/away/1' },
    { sink: 'away', partition: 0, text: '3 2 5 1', identity: '/3/1/away/2' },
  ])
  expect(outputsOf(1, [])).toEqual([])
})
