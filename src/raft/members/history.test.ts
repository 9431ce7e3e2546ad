/** The history of members against a plain list of entries. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { replicaId } from '../../base/ids.ts'
import { someImage } from '../testing/letters.ts'
import type { Members } from '../types.ts'
import { MembersHistory } from './history.ts'

/** Members that can be told apart. */
function of(index: number): Members {
  return { voters: [replicaId(index + 1)], outgoing: [], learners: [] }
}

function imageAt(index: number, membersIndex: number): ReturnType<typeof someImage> {
  return { ...someImage(index, 1, of(membersIndex)), membersIndex }
}

type Act = { readonly do: 'push' | 'truncate' | 'rebase' | 'reset'; readonly by: number }
const acts = fc.array(
  fc.record({
    do: fc.constantFrom<Act['do'][]>('push', 'push', 'push', 'truncate', 'rebase', 'reset'),
    by: fc.nat({ max: 5 }),
  }),
  { maxLength: 40 },
)

describe('members along the log', () => {
  it('are at each index those of the last change up to there', () => {
    fc.assert(
      fc.property(acts, list => {
        const history = new MembersHistory(imageAt(0, 0))
        /** Indexes of changes; the first is the image's. */
        let changes = [0]
        let image = 0
        let last = 0
        const at = (index: number): number => changes.findLast(change => change <= index) ?? -1
        for (const { do: what, by } of list) {
          if (what === 'push') {
            last += by + 1
            changes.push(last)
            history.push(last, of(last))
          } else if (what === 'truncate') {
            const from = Math.max(image + 1, last - by)
            last = Math.max(image, Math.min(last, from - 1))
            changes = changes.filter((change, i) => i === 0 || change < from)
            history.truncate(from)
          } else if (what === 'rebase') {
            image = Math.min(last, image + by)
            const since = at(image)
            history.rebase(imageAt(image, since))
            changes = changes.filter(change => change >= since)
          } else {
            last += by + 1
            image = last
            changes = [last]
            history.reset(imageAt(last, last))
          }
          expect(history.currentIndex).toBe(changes.at(-1))
          expect(history.current).toEqual(of(history.currentIndex))
          for (let index = image; index <= last; index++) {
            expect(history.at(index)).toMatchObject({ membersIndex: at(index) })
            const possible = [at(index), ...changes.filter(change => change > index)]
            expect(history.possible(index)).toEqual(possible.map(of))
          }
        }
      }),
      { numRuns: 500 },
    )
  })

  it('are not known before the image', () => {
    const history = new MembersHistory(imageAt(9, 7))
    expect(() => history.at(6)).toThrow('MEMBERS known at every index from the image on')
  })
})
