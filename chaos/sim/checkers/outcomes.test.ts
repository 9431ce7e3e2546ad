/** Objections to members, reads, states and what clients were told. */

import { expect, test } from 'vitest'
import { encodeMembers } from '../../../src/raft/log/codec.ts'
import { TestMachine } from '../machine.ts'
import { overlap } from './membership.ts'
import { bytes, examine, imageOf, snapshot } from './testing/crimes.ts'
import { ask, membersOf, Stage } from './testing/stage.ts'

examine({
  'RAFT-16': {
    'voters changed without a joint phase': ({ stage, a }) => stage.change(a, membersOf([1, 2])),
    'a joint phase that forgets who decided before': ({ stage, a }) => {
      stage.change(a, membersOf([1, 4], [1, 2]))
    },
    'a leader that is no member any more': ({ stage, a }) => {
      stage.change(a, membersOf([2, 3], [1, 2, 3]))
      stage.change(a, membersOf([2, 3]))
      stage.objections.length = 0
      stage.step(a, () => (a.log.commit = 3), 'message')
    },
    'a change while another is pending': ({ stage, a }) => {
      stage.change(a, membersOf([1, 2, 3], [], [4]))
      stage.change(a, membersOf([1, 2, 3], [], [4, 5]))
    },
    'a change before anything was committed in the own term': ({ stage, b, c }) => {
      stage.elect(b, 2, [c])
      stage.change(b, membersOf([1, 2, 3], [], [4]))
    },
    'members that the log does not say': ({ stage, a }) => {
      stage.step(a, () => {
        stage.put(a, 'members', encodeMembers(membersOf([1, 2, 3], [], [4])))
        a.log.membersIndex = 2
      })
    },
    'members kept when their entry is cut off': ({ stage, a, b, c }) => {
      stage.change(a, membersOf([1, 2, 3], [], [4]))
      stage.elect(b, 2, [c])
      const stay = () => {
        const { members, membersIndex } = a.log
        stage.copy(b, a)
        a.log.members = members
        a.log.membersIndex = membersIndex
      }
      stage.step(a, stay, 'message', stage.append(b, a))
    },
    'an image with other members': ({ stage, a, b }) => {
      stage.send(a, snapshot(a, b, imageOf(a, 1, { members: membersOf([1, 2]) })))
    },
    'a campaign of a learner': ({ stage, b }) => {
      b.log.members = membersOf([1, 3], [], [2])
      stage.step(b, () => (b.role = 'pre-candidate'), 'tick')
    },
    'a learner that takes itself for a follower': ({ stage, a }) => {
      stage.step(a, () => {
        const members = membersOf([1, 2, 3], [], [4])
        stage.put(a, 'members', encodeMembers(members))
        a.log.members = members
        a.log.membersIndex = 2
        a.role = 'learner'
      })
    },
  },
  'RAFT-17': {
    'an answer older than what was committed': ({ stage }) => {
      const { reads } = stage.suite
      expect(() => reads.answered(reads.asked(), 0)).toThrow('was committed when it was asked')
      stage.objections.push('RAFT-17')
    },
    'a caller that nobody will ever answer': ({ stage, b }) => {
      const { reads } = stage.suite
      b.readsPending = 1
      reads.waiting(b, 1)
      expect(() => reads.waiting(b, 2)).toThrow('2 callers of 2 wait for reads')
      stage.objections.push('RAFT-17')
    },
    'an answer without a proof that anybody leads': ({ stage, a, b }) => {
      const { reads } = stage.suite
      const beat = (round: number): void => {
        const ids = { from: a.id, to: b.id, term: 1 }
        stage.send(a, { type: 'heartbeat', ...ids, commit: 0, round })
        const back = { from: b.id, to: a.id, term: 1 }
        stage.step(a, () => {}, 'message', { type: 'heartbeat-reply', ...back, round })
      }
      beat(1)
      const asked = reads.asked()
      beat(1)
      expect(() => reads.answered(asked, 1)).toThrow('no quorum has confirmed a leader')
      stage.objections.push('RAFT-17')
      beat(2)
      reads.answered(asked, 1)
    },
    'a reply below what was committed when it was asked': ({ stage, a, b }) => {
      const read = { replica: b.id, boot: 1, serial: 1 }
      stage.send(b, { type: 'read', from: b.id, to: a.id, term: 1, read })
      stage.send(a, { type: 'read-reply', from: a.id, to: b.id, term: 1, read, index: 0 })
    },
    'a reply before the own term has committed': ({ stage, a, b, c }) => {
      stage.elect(b, 2, [c])
      const read = { replica: a.id, boot: 1, serial: 1 }
      stage.send(a, { type: 'read', from: a.id, to: b.id, term: 2, read })
      stage.step(b, () => (b.log.commit = 1))
      stage.send(b, { type: 'read-reply', from: b.id, to: a.id, term: 2, read, index: 1 })
    },
    'a reply beyond the own commit': ({ stage, a, b }) => {
      const read = { replica: b.id, boot: 1, serial: 1 }
      stage.send(b, { type: 'read', from: b.id, to: a.id, term: 1, read })
      stage.send(a, { type: 'read-reply', from: a.id, to: b.id, term: 1, read, index: 9 })
    },
    'a reply that nobody asked for': ({ stage, a, b }) => {
      const read = { replica: b.id, boot: 1, serial: 1 }
      stage.send(a, { type: 'read-reply', from: a.id, to: b.id, term: 1, read, index: 1 })
    },
    'a reply of one that does not lead': ({ stage, b, c }) => {
      const read = { replica: c.id, boot: 1, serial: 1 }
      stage.commit(b)
      stage.send(c, { type: 'read', from: c.id, to: b.id, term: 1, read })
      stage.send(b, { type: 'read-reply', from: b.id, to: c.id, term: 1, read, index: 1 })
    },
  },
  'RAFT-18': {
    'another state at the same index': ({ stage, a, b }) => {
      const { data } = ask(stage, { name: 'write', serial: 1 })
      stage.propose(a, data)
      stage.replicate(a, b)
      stage.commit(a)
      stage.commit(b, 2)
      stage.apply(a)
      const wrong = ask(stage, { name: 'write', serial: 2 }).data
      b.machine.apply({ index: 1, term: 1, kind: 'data', data: wrong })
      stage.step(b, () => (b.log.applied = 1), 'applied')
    },
    'a machine that was not given what was applied': ({ stage, a }) => {
      const entry = a.log.entries[0]
      if (entry !== undefined) stage.applied(a, entry)
    },
    'an entry applied that is not the committed one': ({ stage, a }) => {
      a.machine.apply({ index: 1, term: 9, kind: 'term', data: bytes() })
      stage.applied(a, { index: 1, term: 9, kind: 'term', data: bytes() })
    },
    'a machine that goes back': ({ stage, a }) => {
      stage.apply(a)
      a.machine = new TestMachine()
      stage.step(a, () => {}, 'applied')
    },
    'a hash that is not the hash of the state': ({ stage, a }) => {
      a.machine.recomputedHash = () => 1
      stage.end()
    },
    'an entry applied twice': ({ stage, a }) => {
      stage.apply(a)
      const entry = a.log.entries[0]
      if (entry !== undefined) stage.applied(a, entry)
    },
    'a machine that is not at the end': ({ stage }) => stage.end(),
  },
  'RAFT-19': {
    'an acknowledged command that is lost': ({ stage }) => {
      const { operation } = ask(stage, { name: 'write', serial: 1 })
      stage.history.ok(operation, { ok: true })
      for (const hand of stage.hands) {
        if (hand.log.commit === 0) stage.commit(hand)
        stage.apply(hand)
      }
      stage.end()
    },
    'a command committed twice': ({ stage, a, b }) => {
      const { data } = ask(stage, { name: 'write', serial: 1 })
      stage.propose(a, data)
      stage.propose(a, data)
      stage.replicate(a, b)
      stage.commit(a)
      stage.apply(a)
    },
    'a refused command that is committed': ({ stage, a, b, c }) => {
      const { operation, data } = ask(stage, { name: 'write', serial: 1 })
      stage.history.failed(operation)
      stage.propose(a, data)
      for (const hand of [b, c]) stage.replicate(a, hand)
      for (const hand of [a, b, c]) {
        stage.commit(hand)
        stage.apply(hand)
      }
      stage.end()
    },
    'a command for another term': ({ stage, a, b }) => {
      stage.propose(a, ask(stage, { name: 'write', serial: 1, expectedTerm: 2 }).data)
      stage.replicate(a, b)
      stage.commit(a)
      stage.apply(a)
    },
    'a final state that the log does not make': ({ stage, a }) => {
      for (const hand of stage.hands) {
        if (hand.log.commit === 0) stage.commit(hand)
        stage.apply(hand)
      }
      a.machine.stateHash = () => 1
      stage.end()
    },
    'a command of nobody': ({ stage, a, b }) => {
      stage.propose(a, ask(new Stage(), { name: 'write', serial: 1 }).data)
      stage.replicate(a, b)
      stage.commit(a)
      stage.apply(a)
    },
    'an answer that is not what happened': ({ stage, a, b, c }) => {
      const { operation, data } = ask(stage, { name: 'cas', serial: 1, expected: 5 })
      stage.propose(a, data)
      for (const hand of [b, c]) stage.replicate(a, hand)
      for (const hand of [a, b, c]) {
        stage.commit(hand)
        stage.apply(hand)
      }
      stage.history.ok(operation, { ok: true })
      stage.end()
    },
  },
  'RAFT-21': {
    'a stale read': ({ stage }) => {
      const { history } = stage
      const { operation } = ask(stage, { name: 'write', serial: 1 })
      history.ok(operation, { ok: true })
      history.okRead(history.call(2, { name: 'read', serial: 2, key: 0 }), 0)
      expect(() => stage.suite.linearizability.ended()).toThrow('RAFT-21')
      stage.objections.push('RAFT-21')
    },
  },
})

test('overlap finds two quorums that share nobody', () => {
  expect(overlap(membersOf([1, 2, 3]), membersOf([1, 2, 3, 4]))).toBe(true)
  expect(overlap(membersOf([1, 2, 3]), membersOf([3, 4, 5]))).toBe(false)
  expect(overlap(membersOf([1, 2, 3]), membersOf([1, 2, 3, 4, 5]))).toBe(false)
  expect(overlap(membersOf([1, 2, 3]), membersOf([4, 5, 6], [1, 2, 3]))).toBe(true)
  expect(overlap(membersOf([4, 5, 6], [1, 2, 3]), membersOf([4, 5, 6]))).toBe(true)
  expect(overlap(membersOf([1, 2, 3], [], [4]), membersOf([1, 2, 3, 4]))).toBe(true)
})
