import { describe, expect, test } from 'vitest'
import { encodeMembers } from '../../../src/raft/log/codec.ts'
import type { Message } from '../../../src/raft/messages.ts'
import type { RaftLimits } from '../../../src/raft/options.ts'
import type { Image } from '../../../src/raft/types.ts'
import type { PeerView } from './core.ts'
import type { Hand } from './stage.ts'
import { ask, membersOf, Stage } from './stage.ts'

interface Group {
  readonly stage: Stage
  /** Leads term 1 and has committed its first entry, which all have. */
  readonly a: Hand
  readonly b: Hand
  readonly c: Hand
}

function led(limits: Partial<RaftLimits> = {}): Group {
  const stage = new Stage(3, limits)
  const [a, b, c] = [stage.hand(1), stage.hand(2), stage.hand(3)]
  stage.elect(a, 1, [b, c])
  for (const other of [b, c]) stage.replicate(a, other)
  stage.commit(a)
  expect(stage.objections).toEqual([])
  return { stage, a, b, c }
}

function bytes(...values: number[]): Uint8Array {
  return new Uint8Array(values)
}

function imageOf(hand: Hand, index: number, change: Partial<Image> = {}): Image {
  const term = hand.log.term(index) ?? 0
  return { index, term, members: hand.log.members, membersIndex: 0, chain: 1, ...change }
}

function peer(hand: Hand, change: Partial<PeerView>): PeerView {
  const state = 'replicate'
  return { id: hand.id, match: 1, next: 2, state, inflightEntries: 0, inflightBytes: 0, ...change }
}

function heartbeat(from: Hand, to: Hand, commit: number): Message {
  return { type: 'heartbeat', from: from.id, to: to.id, term: from.term, commit, round: 0 }
}

function snapshot(from: Hand, to: Hand, image: Image): Message {
  const rest = { offset: 0, data: bytes(1), last: true }
  return { type: 'snapshot', from: from.id, to: to.id, term: from.term, image, ...rest }
}

/** By the number of the checker that must object; others may see it too. */
type Crimes = Record<string, Record<string, (group: Group) => void>>

const crimes: Crimes = {
  'RAFT-1': {
    'two leaders in a term': ({ stage, b, c }) => {
      stage.step(b, () => stage.become(b, 'candidate', 1, 2), 'tick')
      stage.step(b, () => (b.role = 'leader'))
      stage.step(c, () => (c.role = 'leader'))
    },
    'a leader without a quorum of votes': ({ stage, b }) => stage.elect(b, 2, []),
    'a leader that counts its own vote before it is durable': ({ stage, b, c }) => {
      stage.step(b, () => stage.become(b, 'candidate', 2, 2), 'tick')
      stage.vote(b, c)
      stage.objections.length = 0
      stage.step(b, () => {
        b.role = 'leader'
        stage.put(b, 'term', bytes())
      })
    },
    'a start as leader': ({ stage, b }) => {
      b.role = 'leader'
      stage.start(b)
    },
    'a leader that goes on in another term': ({ stage, a }) => {
      stage.disk(a, durable => {
        durable.term = 2
        durable.vote = 1
      })
      stage.step(a, () => (a.term = 2))
    },
  },
  'RAFT-2': {
    'a vote for two': ({ stage, a, b, c }) => {
      stage.elect(b, 2, [c])
      stage.disk(c, durable => (durable.vote = 1))
      stage.send(c, { type: 'vote-reply', from: c.id, to: a.id, term: 2, granted: true })
    },
    'a vote for another after a restart that forgot the first': ({ stage, a, b, c }) => {
      stage.step(b, () => stage.become(b, 'candidate', 2, 2), 'tick')
      stage.sync(b)
      stage.vote(b, c)
      c.durable.vote = 0
      stage.disk(c, durable => (durable.vote = a.id))
    },
    'a vote told before it is durable': ({ stage, b, c }) => {
      stage.step(c, () => stage.become(c, 'follower', 2, b.id), 'other')
      stage.send(c, { type: 'vote-reply', from: c.id, to: b.id, term: 2, granted: true })
    },
    'a campaign before its own vote is durable': ({ stage, b, c }) => {
      stage.step(b, () => stage.become(b, 'candidate', 2, 2), 'tick')
      stage.send(b, stage.ask(b, c))
    },
    'a leader that votes in its own term': ({ stage, a, b }) => {
      stage.send(a, { type: 'vote-reply', from: a.id, to: b.id, term: 1, granted: true })
    },
  },
  'RAFT-3': {
    'a vote for a shorter log': ({ stage, a, b, c }) => {
      stage.propose(a)
      stage.replicate(a, c)
      stage.step(b, () => stage.become(b, 'candidate', 2, 2), 'tick')
      stage.sync(b)
      stage.vote(b, c)
    },
    'a promise to a log of an older term, though longer': ({ stage, a, b, c }) => {
      stage.propose(a)
      stage.propose(a)
      stage.elect(b, 2, [c])
      stage.replicate(b, c)
      const end = { lastIndex: a.log.lastIndex, lastTerm: 1 }
      stage.step(a, () => stage.become(a, 'follower', 2, 0))
      stage.step(a, () => (a.role = 'pre-candidate'), 'tick')
      stage.send(a, { type: 'pre-vote', from: a.id, to: c.id, term: 3, ...end })
      c.electionElapsedMs = 5000
      stage.send(c, { type: 'pre-vote-reply', from: c.id, to: a.id, term: 3, granted: true })
    },
    'a promise that nobody asked for': ({ stage, b, c }) => {
      c.electionElapsedMs = 5000
      stage.send(c, { type: 'pre-vote-reply', from: c.id, to: b.id, term: 3, granted: true })
    },
    'a lie about where the own log ends': ({ stage, b, c }) => {
      stage.step(b, () => stage.become(b, 'candidate', 2, 2), 'tick')
      stage.sync(b)
      stage.send(b, { ...stage.ask(b, c), lastIndex: 9 })
    },
  },
  'RAFT-4': {
    'a term that falls': ({ stage, b }) => stage.step(b, () => (b.term = 0)),
    'a commit that falls': ({ stage, a }) => stage.step(a, () => (a.log.commit = 0)),
    'another vote in the same term': ({ stage, b }) => stage.step(b, () => (b.vote = 3)),
    'a kept term that falls': ({ stage, b }) => stage.disk(b, durable => (durable.term = 0)),
    'a start in another term than was kept': ({ stage, b }) => {
      b.durable.term = 0
      b.durable.vote = 0
      stage.start(b)
    },
    'a start with a shorter log than was kept': ({ stage, b }) => {
      b.log.entries = []
      b.log.durable = 0
      stage.start(b)
    },
  },
  'RAFT-5': {
    'a commit beyond the log': ({ stage, b }) => {
      stage.step(b, () => (b.log.commit = 3))
    },
    'something applied that is not committed': ({ stage, b }) => {
      stage.step(b, () => (b.log.applied = 1))
    },
    'a belief in durability that the disk does not share': ({ stage, a }) => {
      stage.step(a, () => {
        stage.put(a, 'data', bytes(1))
        a.log.durable = 2
      })
    },
    'something purged that no image holds': ({ stage, b }) => {
      stage.step(b, () => {
        b.log.firstIndex = 2
        b.log.entries.shift()
      })
    },
  },
  'RAFT-6': {
    'two entries of one index and term': ({ stage, a, b }) => {
      stage.propose(a, bytes(1))
      stage.step(b, () => stage.put(b, 'data', bytes(2)))
    },
    'a gap in the log': ({ stage, a }) => {
      stage.step(a, () => {
        a.log.entries.push({ index: 3, term: 1, kind: 'data', data: bytes(1) })
      })
    },
    'a term that falls along the log': ({ stage, b, c }) => {
      stage.elect(b, 2, [c])
      stage.step(b, () => stage.put(b, 'data', bytes(1), 1))
    },
    'an entry of a term that nobody led': ({ stage, b }) => {
      stage.step(b, () => {
        b.term = 5
        stage.put(b, 'term', bytes(), 5)
      })
    },
    'a term that does not open with its own entry': ({ stage, b }) => {
      stage.step(b, () => stage.become(b, 'candidate', 2, 2), 'tick')
      stage.sync(b)
      stage.vote(b, stage.hand(3))
      stage.step(b, () => {
        b.role = 'leader'
        stage.put(b, 'data', bytes(1))
      })
    },
    'an entry that was sent and never stood in a log': ({ stage, a, b }) => {
      const entries = [{ index: 2, term: 1, kind: 'data', data: bytes(9) }] as const
      stage.send(a, { ...stage.append(a, b), prevIndex: 1, prevTerm: 1, entries })
    },
    'a false term before the first entry': ({ stage, a, b }) => {
      stage.propose(a, bytes(1))
      const entries = a.log.entries.slice(1)
      stage.send(a, { ...stage.append(a, b), prevIndex: 1, prevTerm: 0, entries })
    },
  },
  'RAFT-7': {
    'a leader that cuts its log': ({ stage, a }) => {
      stage.propose(a)
      stage.step(a, () => {
        a.log.entries.pop()
        a.log.durable = 1
      })
    },
    'a follower that cuts what a late append does not contradict': ({ stage, a, b }) => {
      const late = stage.append(a, b)
      stage.propose(a)
      stage.replicate(a, b)
      const cut = () => {
        b.log.entries.pop()
        b.log.durable = 1
      }
      stage.step(b, cut, 'message', late)
    },
    'a follower that cuts what is committed': ({ stage, b, c }) => {
      stage.commit(b)
      stage.elect(c, 2, [stage.hand(1)])
      stage.step(b, () => {
        b.log.entries = []
        b.log.durable = 0
      })
    },
    'an image over a newer log that held it': ({ stage, a, b }) => {
      stage.propose(a)
      stage.replicate(a, b)
      const image = imageOf(b, 1)
      stage.step(b, () => {
        b.log.image = image
        b.log.entries = []
        b.log.firstIndex = 2
        b.log.commit = 1
      })
    },
  },
  'RAFT-8': {
    'a commit that no quorum holds': ({ stage, a }) => {
      stage.propose(a)
      stage.commit(a)
    },
    'a commit that counts a learner': ({ stage, a, b }) => {
      const joint = membersOf([1, 3], [1, 2, 3], [2])
      stage.change(a, joint)
      stage.replicate(a, b)
      stage.replicate(a, stage.hand(3))
      stage.commit(a)
      const alone = membersOf([1, 3], [], [2])
      stage.change(a, alone)
      stage.replicate(a, b)
      stage.commit(a)
    },
    'a commit that counts one half of a joint phase': ({ stage, a, b }) => {
      stage.change(a, membersOf([1, 4, 5], [1, 2, 3]))
      stage.replicate(a, b)
      stage.commit(a)
    },
    'an entry of an earlier term, committed by counting': ({ stage, a, b, c }) => {
      stage.propose(a)
      stage.replicate(a, b)
      stage.elect(b, 2, [c])
      stage.replicate(b, c)
      stage.commit(b, 2)
    },
    'a follower that commits what no leader has': ({ stage, a, b }) => {
      stage.propose(a)
      stage.replicate(a, b)
      stage.commit(b)
    },
    'a follower that commits another entry': ({ stage, a, b, c }) => {
      stage.propose(a)
      stage.elect(b, 2, [c])
      stage.replicate(b, c)
      stage.commit(b)
      stage.step(a, () => {
        a.role = 'follower'
        a.term = 2
        a.log.commit = 2
      })
    },
  },
  'RAFT-9': {
    'a leader that lacks what is committed': ({ stage, a, b, c }) => {
      stage.propose(a)
      stage.replicate(a, b)
      stage.commit(a)
      stage.step(c, () => stage.become(c, 'candidate', 2, 3), 'tick')
      stage.sync(c)
      stage.send(b, { type: 'vote-reply', from: b.id, to: c.id, term: 2, granted: true })
      stage.objections.length = 0
      stage.win(c)
    },
    'a commit that a later leader turns out to lack': ({ stage, a, b, c }) => {
      stage.propose(a)
      stage.step(c, () => stage.become(c, 'candidate', 2, 3), 'tick')
      stage.sync(c)
      stage.vote(c, b)
      stage.win(c)
      stage.disk(b, durable => durable.terms.push(1))
      stage.objections.length = 0
      stage.commit(a)
    },
  },
  'RAFT-10': {
    'an acknowledgement before the disk has it': ({ stage, a, b }) => {
      stage.propose(a)
      stage.step(b, () => stage.copy(a, b), 'message', stage.append(a, b))
      stage.send(b, stage.ack(a, b, 2))
    },
    'an acknowledgement of what the leader does not have': ({ stage, a, b, c }) => {
      stage.propose(a)
      stage.propose(a)
      stage.replicate(a, b)
      stage.elect(c, 2, [a])
      stage.propose(c, bytes(3))
      stage.step(b, () => stage.become(b, 'follower', 2, 0))
      stage.disk(b, durable => (durable.term = 2))
      stage.send(b, stage.ack(c, b, 3))
    },
    'an acknowledgement that a crash takes back': ({ stage, a, b }) => {
      stage.propose(a)
      stage.replicate(a, b)
      b.durable.terms.pop()
      stage.restart(b)
    },
    'an image told to be there that is not': ({ stage, a, b }) => {
      stage.propose(a)
      const rest = { imageIndex: 2, offset: 0, done: true }
      stage.send(b, { type: 'snapshot-reply', from: b.id, to: a.id, term: 1, ...rest })
    },
  },
  'RAFT-11': {
    'a match that no disk holds': ({ stage, a, b }) => {
      stage.propose(a)
      stage.step(a, () => a.peers.push(peer(b, { match: 2, next: 3 })), 'message')
    },
    'a match that falls': ({ stage, a, b }) => {
      stage.step(a, () => a.peers.push(peer(b, {})), 'message')
      stage.step(a, () => (a.peers = [peer(b, { match: 0 })]), 'message')
    },
    'a next at its match': ({ stage, a, b }) => {
      stage.step(a, () => a.peers.push(peer(b, { next: 1 })), 'message')
    },
  },
  'RAFT-12': {
    'a follower that leads by word': ({ stage, b, c }) => stage.send(b, heartbeat(b, c, 0)),
    'a message in the name of another': ({ stage, a, b, c }) => stage.send(b, heartbeat(a, c, 0)),
    'a leader whose term is not durable': ({ stage, a, b }) => {
      a.durable.term = 0
      stage.send(a, heartbeat(a, b, 0))
    },
    'a heartbeat beyond the own commit': ({ stage, a, b }) => {
      stage.propose(a)
      stage.replicate(a, b)
      stage.send(a, heartbeat(a, b, 2))
    },
    'a heartbeat beyond what the receiver holds': ({ stage, a, b, c }) => {
      stage.propose(a)
      stage.replicate(a, b)
      stage.commit(a)
      stage.send(a, heartbeat(a, c, 2))
    },
  },
  'RAFT-13': {
    'leadership for one that lags': ({ stage, a, b }) => {
      stage.propose(a)
      stage.send(a, { type: 'timeout-now', from: a.id, to: b.id, term: 1 })
    },
    'leadership for a learner': ({ stage, a, b }) => {
      a.log.members = membersOf([1, 3], [], [2])
      stage.send(a, { type: 'timeout-now', from: a.id, to: b.id, term: 1 })
    },
    'a proposal taken while leadership is handed over': ({ stage, a }) => {
      stage.step(a, () => (a.transferee = 2))
      stage.propose(a)
    },
  },
  'RAFT-14': {
    'an image of what is not committed': ({ stage, a, b }) => {
      stage.propose(a)
      stage.send(a, snapshot(a, b, imageOf(a, 2)))
    },
    'two images of one index with two chains': ({ stage, a, b, c }) => {
      stage.disk(b, durable => {
        durable.image = imageOf(b, 1)
        durable.terms = []
      })
      stage.send(a, snapshot(a, c, imageOf(a, 1, { chain: 2 })))
    },
  },
  'RAFT-15': {
    'a pre-vote that resets the timer': ({ stage, b, c }) => {
      stage.step(b, () => (b.electionElapsedMs = 500), 'tick')
      const message = { ...stage.ask(c, b), type: 'pre-vote' } as const
      stage.step(b, () => (b.electionElapsedMs = 0), 'message', message)
    },
    'a vote against a leader that is heard': ({ stage, b, c }) => {
      stage.step(c, () => stage.become(c, 'candidate', 2, 3), 'tick')
      const message = { ...stage.ask(c, b), forced: false }
      stage.step(b, () => stage.become(b, 'follower', 2, 3), 'message', message)
    },
    'a promise against a leader that is heard': ({ stage, b, c }) => {
      stage.step(c, () => stage.become(c, 'pre-candidate', 1, 1), 'tick')
      stage.send(c, { ...stage.ask(c, b), type: 'pre-vote', term: 2 })
      stage.send(b, { type: 'pre-vote-reply', from: b.id, to: c.id, term: 2, granted: true })
    },
  },
  'RAFT-16': {
    'voters changed without a joint phase': ({ stage, a }) => stage.change(a, membersOf([1, 2])),
    'a joint phase that forgets who decided before': ({ stage, a }) => {
      stage.change(a, membersOf([1, 4], [1, 2]))
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
      expect(() => reads.answered(reads.asked(), 0)).toThrow('RAFT-17')
      stage.objections.push('RAFT-17')
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
  'RAFT-20': {
    'an append over the bound': ({ stage, a, b }) => {
      for (let i = 0; i < 3; i++) stage.propose(a, new Uint8Array(40))
      stage.send(a, stage.append(a, b))
    },
    'a chunk over the bound': ({ stage, a, b }) => {
      stage.send(a, { ...snapshot(a, b, imageOf(a, 1)), data: new Uint8Array(200) } as Message)
    },
    'too much uncommitted': ({ stage, a }) => {
      for (let i = 0; i < 4; i++) stage.propose(a, new Uint8Array(60))
    },
    'an entry over the bound': ({ stage, a }) => stage.propose(a, new Uint8Array(90)),
    'a window over the bound in entries': ({ stage, a, b }) => {
      for (let i = 0; i < 6; i++) stage.propose(a)
      stage.step(a, () => a.peers.push(peer(b, { next: 8 })))
    },
    'a window over the bound in bytes': ({ stage, a, b }) => {
      for (let i = 0; i < 3; i++) stage.propose(a, new Uint8Array(60))
      stage.step(a, () => a.peers.push(peer(b, { next: 5 })))
    },
    'too many reads': ({ stage, b }) => stage.step(b, () => (b.readsPending = 11)),
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
}

const small: Partial<RaftLimits> = {
  messageBytesMax: 100,
  entryBytesMax: 80,
  chunkBytesMax: 150,
  uncommittedBytesMax: 200,
  inflightEntriesMax: 5,
  inflightBytesMax: 50,
  readsPendingMax: 10,
}

for (const [checker, cases] of Object.entries(crimes)) {
  describe(`${checker} objects to`, () => {
    for (const [crime, commit] of Object.entries(cases)) {
      test(crime, () => {
        const group = led(checker === 'RAFT-20' ? small : {})
        commit(group)
        expect(group.stage.objections).toContain(checker)
      })
    }
  })
}
