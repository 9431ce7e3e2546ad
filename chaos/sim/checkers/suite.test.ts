/** One small history that obeys Raft: no checker objects, and each finds something to check. */

import { describe, expect, test } from 'vitest'
import { heartbeat } from './testing/crimes.ts'
import { ask, Stage } from './testing/stage.ts'

/** A leader in term 1 whose log all have, and which has committed its first entry. */
function led(count = 3): Stage {
  const stage = new Stage(count)
  const [leader, ...others] = stage.hands
  if (leader === undefined) throw new Error('a stage has a hand')
  stage.elect(leader, 1, others)
  for (const other of others) stage.replicate(leader, other)
  stage.commit(leader)
  return stage
}

describe('a good history', () => {
  test('finds no objection and makes every checker check', () => {
    const stage = led()
    const [a, b, c] = [stage.hand(1), stage.hand(2), stage.hand(3)]
    const { operation, data } = ask(stage, { name: 'write', serial: 7 })
    stage.propose(a, data)
    for (const follower of [b, c]) stage.replicate(a, follower)
    a.peers = [b, c].map(({ id, log }) => {
      const match = log.lastIndex
      return {
        id,
        match,
        next: match + 1,
        state: 'replicate',
        inflightEntries: 0,
        inflightBytes: 0,
      }
    })
    stage.commit(a)
    for (const follower of [b, c]) stage.commit(follower, 2)
    for (const hand of stage.hands) stage.apply(hand)
    stage.history.ok(operation, { ok: true })
    const asked = stage.suite.reads.asked()
    const read = stage.history.call(2, { name: 'read', serial: 8, key: 0 })
    stage.history.okRead(read, 7)
    const election = { from: b.id, to: c.id, term: 2, lastIndex: 2, lastTerm: 1 } as const
    stage.send(b, { type: 'pre-vote', ...election })
    stage.step(c, () => {}, 'message', { type: 'pre-vote', ...election })
    stage.step(a, () => (a.transferee = b.id))
    stage.tick(a, 500)
    stage.send(a, { type: 'timeout-now', from: a.id, to: b.id, term: 1 })
    for (let i = 0; i < 31; i++) {
      for (const { id: to } of [b, c]) {
        stage.send(a, { type: 'heartbeat', from: a.id, to, term: 1, commit: 0, round: 0 })
        const answer = { type: 'heartbeat-reply', from: to, to: a.id, term: 1, round: 0 } as const
        if (to === c.id) stage.step(a, () => {}, 'message', answer)
      }
    }
    stage.suite.reads.answered(asked, 2)
    stage.campaign(b, 2)
    stage.vote(b, c)
    stage.win(b)
    stage.step(c, () => stage.copy(b, c), 'message', stage.append(b, c))
    stage.sync(c)
    stage.step(c, () => {}, 'message', heartbeat(a, c, 0))
    stage.send(c, { ...stage.ack(a, c, 0), ok: false })
    stage.replicate(b, a)
    stage.commit(b)
    stage.step(c, () => (c.leader = 0), 'suspect')
    for (const hand of [a, c]) stage.commit(hand, 3)
    for (const hand of stage.hands) stage.apply(hand)
    const image = {
      index: 2,
      term: 1,
      members: b.log.members,
      membersIndex: 0,
      chain: 99,
    }
    stage.step(b, () => (b.log.image = image))
    stage.disk(b, durable => {
      durable.image = image
      durable.terms = [2]
    })
    stage.end()
    expect(stage.objections).toEqual([])
    for (const { name, checks } of stage.suite.checkers) {
      // RAFT-7 has nothing to look at while nothing is cut.
      const idle = name === 'witness' || name.startsWith('RAFT-7')
      if (!idle) expect(checks, name).toBeGreaterThan(0)
    }
  })
})
