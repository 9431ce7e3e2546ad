/** A leader whose log is old by the word of its own roster: it ends as whoever joins with one. */

import { expect, test } from 'vitest'
import { type Place, settled, type Town } from './testing/members.ts'

const three = ['a', 'b', 'c'] as const
const seeds = [1, 2, 3]

/** Whoever leads enrols a copy of the other's folder that counts further, then hands over to it. */
function calledOld(town: Town): Place {
  const leader = town.mustLead()
  const old = town.places.find(one => one !== leader) as Place
  const copy = { ...old.self, boot: old.self.boot + 1, opening: 'copy', address: 'copy:1' }
  let isEnrolled = false
  leader.replica().enrol(copy, enrolment => {
    isEnrolled = enrolment !== undefined && 'replica' in enrolment
  })
  town.until(() => isEnrolled, 'the enrolment of the copy')
  leader.replica().transfer(old.name, () => {})
  town.until(() => old.replica().isLeader, 'another leader')
  return old
}

test.each(seeds)(
  'a leader whom its own roster calls old ends, and asks no more (seed %i)',
  seed => {
    const town = settled(three, seed)
    const old = calledOld(town)
    town.until(() => old.fatal.length > 0, 'its end')
    const { lastIndex } = old.replica().group.raft.log
    town.clock.pass(60_000)
    expect(old.fatal).toEqual(['old-incarnation'])
    expect(old.replica().group.raft.log.lastIndex).toBe(lastIndex)
  },
)

test.each(seeds)('a leader whose store its own roster gave up ends (seed %i)', seed => {
  const town = settled(three, seed)
  const leader = town.mustLead()
  let code: unknown
  leader.replica().enrol({ ...leader.self, store: 'newer', boot: 1 }, answer => {
    code = answer
  })
  town.until(() => code !== undefined && leader.fatal.length > 0, 'its end')
  expect(leader.fatal).toEqual(['store-replaced'])
})

test.each(seeds)('behind a leader that was called old the others come to vote (seed %i)', seed => {
  const town = settled(three, seed)
  const old = calledOld(town)
  town.until(() => old.fatal.length > 0, 'its end')
  // Its process ends; the next start is another store.
  old.kill()
  old.wipe()
  old.start().askSeats(town.mustLead())
  const third = town.places.find(one => one !== old && one !== town.mustLead()) as Place
  const kept = (gone: Place) => town.voters().filter(one => !one.startsWith(`${gone.name}/`))
  town.untilVoters([...kept(old), `${old.name}/4`])
  third.kill()
  third.wipe()
  third.start().askSeats(town.mustLead())
  town.untilVoters([...kept(third), `${third.name}/5`])
})
