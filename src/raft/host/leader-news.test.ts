/** What is news of a leader. */

import { expect, test } from 'vitest'
import { replicaId } from '../../base/ids.ts'
import { NO_ONE } from '../types.ts'
import { LeaderNews } from './leader-news.ts'

test('each change is told once, another term of the same leader too', () => {
  const news = new LeaderNews()
  const [one, two] = [replicaId(1), replicaId(2)]
  const heard: Parameters<LeaderNews['isNews']>[0][] = [
    { leader: NO_ONE, term: 0 },
    { leader: NO_ONE, term: 1 },
    { leader: one, term: 1 },
    { leader: one, term: 1 },
    { leader: NO_ONE, term: 2 },
    { leader: NO_ONE, term: 3 },
    { leader: two, term: 3 },
    { leader: two, term: 4 },
    { leader: one, term: 5 },
  ]
  const told = heard.map(one => news.isNews(one))
  expect(told).toEqual([false, false, true, false, true, false, true, true, true])
})
